// SPDX-License-Identifier: Apache-2.0
// engine_bench measure | directed [NAME] | random PROGRAMS SEED
#include <cstdio>
#include <cstring>

int measure_main();
int directed_main(int argc, char** argv);
int random_main(int argc, char** argv);

int main(int argc, char** argv) {
    if (argc > 1 && !std::strcmp(argv[1], "measure")) return measure_main();
    if (argc > 1 && !std::strcmp(argv[1], "directed")) return directed_main(argc - 1, argv + 1);
    if (argc > 1 && !std::strcmp(argv[1], "random")) return random_main(argc - 1, argv + 1);
    std::fprintf(stderr, "usage: engine_bench measure | directed [NAME] | random PROGRAMS SEED\n");
    return 2;
}
