// SPDX-License-Identifier: Apache-2.0
// The rules of axi_checker.sv. cocotbext/dmasan/protocol.py has the same list with a sentence and a clause for each.
package axi_checker_pkg;
  // Four rules for each of the five channels, in this order; ten for each request channel; then those of the data and
  // response channels. *_TIMEOUT and *_MISSING are limits of the user's, not of AMBA.
  typedef enum logic [5:0] {
    AW_VALID, AW_STABLE, AW_RESET, AW_TIMEOUT,
    W_VALID,  W_STABLE,  W_RESET,  W_TIMEOUT,
    B_VALID,  B_STABLE,  B_RESET,  B_TIMEOUT,
    AR_VALID, AR_STABLE, AR_RESET, AR_TIMEOUT,
    R_VALID,  R_STABLE,  R_RESET,  R_TIMEOUT,
    AW_BURST, AW_SIZE, AW_BOUNDARY, AW_LEN, AW_WRAP_LEN, AW_WRAP_ALIGN, AW_CACHE, AW_EXCLUSIVE, AW_DOMAIN, AW_SNOOP,
    AR_BURST, AR_SIZE, AR_BOUNDARY, AR_LEN, AR_WRAP_LEN, AR_WRAP_ALIGN, AR_CACHE, AR_EXCLUSIVE, AR_DOMAIN, AR_SNOOP,
    W_LAST, W_STRB, W_INTERLEAVE, W_MISSING,
    B_ORPHAN, B_EARLY, B_EXOKAY, B_MISSING,
    R_ORPHAN, R_LAST, R_EXOKAY, R_MISSING,
    UNKNOWN,                              // X or Z where it is forbidden: only a simulator with four states can count it
    CAPACITY                              // more in flight than the checker can follow (DEPTH, BEATS): not judged
  } rule_e;

  localparam int RULES = int'(CAPACITY) + 1;

  typedef enum logic [2:0] {AW, W, B, AR, R} channel_e;

  // The channel whose address is kept as the place of a violation.
  function automatic channel_e channel_of(input int rule);
    if (rule < int'(AW_BURST)) return channel_e'(rule / 4);
    if (rule < int'(AR_BURST)) return AW;
    if (rule < int'(W_LAST)) return AR;
    if (rule < int'(B_ORPHAN)) return W;
    if (rule < int'(R_ORPHAN)) return B;
    return R;
  endfunction
endpackage
