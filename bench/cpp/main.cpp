// SPDX-License-Identifier: Apache-2.0
// engine_bench [--x-seed N] measure | directed [NAME] | random TRANSFERS SEED | replay
// With --x-seed registers and memories have random content before reset (built with --x-initial unique).
#include "engine.hpp"
#include <cstring>

int measure_main();
int directed_main(int argc, char** argv);
int random_main(int argc, char** argv);
int replay_main();

int main(int argc, char** argv) {
    if (argc > 2 && !std::strcmp(argv[1], "--x-seed")) { x_seed = unsigned(std::atoi(argv[2])); argc -= 2; argv += 2; }
    if (argc > 1 && !std::strcmp(argv[1], "measure")) return measure_main();
    if (argc > 1 && !std::strcmp(argv[1], "directed")) return directed_main(argc - 1, argv + 1);
    if (argc > 1 && !std::strcmp(argv[1], "random")) return random_main(argc - 1, argv + 1);
    if (argc > 1 && !std::strcmp(argv[1], "replay")) return replay_main();
    std::fprintf(stderr, "usage: engine_bench [--x-seed N] measure | directed [NAME] | random TRANSFERS SEED | replay\n");
    return 2;
}
