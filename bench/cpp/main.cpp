// SPDX-License-Identifier: Apache-2.0
// engine_bench [+PLUSARG] [--x-seed N] measure | directed [NAME] | scenarios [NAME] | random TRANSFERS SEED | replay
// With --x-seed registers and memories have random content before reset (built with --x-initial unique).
// One translation unit: the compiler reads the model's headers once.
#include "directed.cpp"
#include "measure.cpp"
#include "random.cpp"
#include "replay.cpp"
#include "scenarios.cpp"
#include <cstring>

int main(int argc, char** argv) {
    for (; argc > 1 && argv[1][0] == '+'; argc--, argv++) plusargs.push_back(argv[1]);
    if (argc > 2 && !std::strcmp(argv[1], "--x-seed")) { x_seed = unsigned(std::atoi(argv[2])); argc -= 2; argv += 2; }
    std::string program = argc > 1 ? argv[1] : "";
    if (program == "measure") return measure::run();
    if (program == "directed") return directed::run(argc - 1, argv + 1);
    if (program == "scenarios") return scenarios::run(argc - 1, argv + 1);
    if (program == "random") return random_programs::run(argc - 1, argv + 1);
    if (program == "replay") return replay::run();
    std::fprintf(stderr, "usage: engine_bench [+PLUSARG] [--x-seed N] measure | directed [NAME] | scenarios [NAME] | "
                         "random TRANSFERS SEED | replay\n");
    return 2;
}
