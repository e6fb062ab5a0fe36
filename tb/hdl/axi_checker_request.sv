// SPDX-License-Identifier: Apache-2.0
// The rules that one address request can break (part of axi_checker.sv). Purely combinational.
module axi_checker_request #(
  parameter int unsigned ADDR_W   = 40,
  parameter int unsigned DATA_W   = 64,
  parameter bit          WRITE    = 1'b0,
  parameter bit          ACE_LITE = 1'b1,
  parameter bit          AXI3     = 1'b0
) (
  input  logic              valid,
  input  logic [ADDR_W-1:0] addr,
  input  logic [7:0]        len,
  input  logic [2:0]        size,
  input  logic [1:0]        burst,
  input  logic              lock,
  input  logic [3:0]        cache,
  input  logic [1:0]        domain,
  input  logic [3:0]        snoop,
  output logic [9:0]        broken   // in the order of axi_checker_pkg: {snoop, domain, ..., size, burst}
);
  localparam logic [1:0] FIXED = 2'd0, INCR = 2'd1, WRAP = 2'd2, RESERVED = 2'd3;
  localparam logic [1:0] NON_SHAREABLE = 2'd0, SYSTEM = 2'd3;

  logic [11:0] in_page, transfer_mask;    // offset in the 4 KiB page; bytes of a transfer - 1
  logic [16:0] bytes;                     // of the whole burst
  logic        shareable;

  function automatic logic snoop_is_legal();
    if (snoop == 4'b0000)                 // NoSnoop, or ReadOnce / WriteUnique in a shareable domain
      return !shareable || (burst != FIXED && !lock);
    if (WRITE) return snoop == 4'b0001 && shareable && burst != FIXED && !lock;     // WriteLineUnique
    // CleanShared, CleanInvalid, MakeInvalid
    return (snoop == 4'b1000 || snoop == 4'b1001 || snoop == 4'b1101) && domain != SYSTEM && burst != FIXED && !lock;
  endfunction

  always_comb begin
    transfer_mask = 12'((32'd1 << size) - 32'd1);
    in_page   = addr[11:0];
    bytes     = (17'(len) + 17'd1) << size;
    shareable = domain != NON_SHAREABLE && domain != SYSTEM;
    broken    = '0;
    if (valid) begin
      broken[0] = burst == RESERVED;
      broken[1] = (32'd8 << size) > DATA_W;
      // An unaligned burst ends where an aligned one of its length does: it may start at the page's last byte.
      broken[2] = burst == INCR && {5'd0, in_page & ~transfer_mask} + bytes > 17'd4096;
      broken[3] = len > 8'd15 && (AXI3 || burst == FIXED);
      broken[4] = burst == WRAP && !(len inside {8'd1, 8'd3, 8'd7, 8'd15});
      broken[5] = burst == WRAP && (in_page & transfer_mask) != 0;
      broken[6] = cache[3:2] != 0 && !cache[1];
      broken[7] = lock && (bytes > 17'd128 || len > 8'd15 || (bytes & (bytes - 17'd1)) != 0
                           || (17'(in_page) & (bytes - 17'd1)) != 0);
      broken[8] = ACE_LITE && ((!cache[1] && domain != SYSTEM) || (cache[3:2] != 0 && domain == SYSTEM));
      broken[9] = ACE_LITE && !snoop_is_legal();
    end
  end

  wire unused = &{1'b0, addr, cache[0]};
endmodule
