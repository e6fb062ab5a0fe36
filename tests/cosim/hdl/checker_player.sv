// SPDX-License-Identifier: Apache-2.0
// Plays scripted channel activity into the protocol checkers. One line of the script is one clock cycle: the packed
// structure below as a hexadecimal number. In a cycle with `report` the counters are printed, then cleared.
module checker_player
  import axi_checker_pkg::*;
;
  // Also in test_axi_checker.py, field by field.
  typedef struct packed {
    logic        report, reset;
    logic [3:0]  awid;
    logic [39:0] awaddr;
    logic [7:0]  awlen;
    logic [2:0]  awsize;
    logic [1:0]  awburst;
    logic        awlock;
    logic [3:0]  awcache;
    logic [2:0]  awprot;
    logic [3:0]  awqos;
    logic [1:0]  awdomain;
    logic [2:0]  awsnoop;
    logic [7:0]  awuser;
    logic        awvalid, awready;
    logic [3:0]  wid;
    logic [63:0] wdata;
    logic [7:0]  wstrb;
    logic        wlast, wvalid, wready;
    logic [3:0]  bid;
    logic [1:0]  bresp;
    logic        bvalid, bready;
    logic [3:0]  arid;
    logic [39:0] araddr;
    logic [7:0]  arlen;
    logic [2:0]  arsize;
    logic [1:0]  arburst;
    logic        arlock;
    logic [3:0]  arcache;
    logic [2:0]  arprot;
    logic [3:0]  arqos;
    logic [1:0]  ardomain;
    logic [3:0]  arsnoop;
    logic [7:0]  aruser;
    logic        arvalid, arready;
    logic [3:0]  rid;
    logic [63:0] rdata;
    logic [1:0]  rresp;
    logic        rlast, rvalid, rready;
  } cycle_t;

  cycle_t now = '0;
  logic   clk = 1'b0, clear = 1'b0, rst_n;
  assign  rst_n = !now.reset;

  // Three checkers see the same traffic: AXI4 with ACE-Lite, AXI3 with few resources, and AXI4-Lite with what it has.
  axi_checker #(.ADDR_W(40), .DATA_W(64), .ID_W(4), .USER_W(8), .TIMEOUT(20)) axi4 (
    .awid(now.awid), .awaddr(now.awaddr), .awlen(now.awlen), .awsize(now.awsize), .awburst(now.awburst),
    .awlock(now.awlock), .awcache(now.awcache), .awprot(now.awprot), .awqos(now.awqos), .awdomain(now.awdomain),
    .awsnoop(now.awsnoop), .awuser(now.awuser), .awvalid(now.awvalid), .awready(now.awready), .wid('0),
    .wdata(now.wdata), .wstrb(now.wstrb), .wlast(now.wlast), .wvalid(now.wvalid), .wready(now.wready), .bid(now.bid),
    .bresp(now.bresp), .bvalid(now.bvalid), .bready(now.bready), .arid(now.arid), .araddr(now.araddr), .arlen(now.arlen),
    .arsize(now.arsize), .arburst(now.arburst), .arlock(now.arlock), .arcache(now.arcache), .arprot(now.arprot),
    .arqos(now.arqos), .ardomain(now.ardomain), .arsnoop(now.arsnoop), .aruser(now.aruser), .arvalid(now.arvalid),
    .arready(now.arready), .rid(now.rid), .rdata(now.rdata), .rresp(now.rresp), .rlast(now.rlast), .rvalid(now.rvalid),
    .rready(now.rready), .*);

  axi_checker #(.ADDR_W(40), .DATA_W(64), .ID_W(4), .USER_W(8), .AXI3(1'b1), .ACE_LITE(1'b0), .DEPTH(4), .BEATS(8)) axi3 (
    .awid(now.awid), .awaddr(now.awaddr), .awlen(now.awlen), .awsize(now.awsize), .awburst(now.awburst),
    .awlock(now.awlock), .awcache(now.awcache), .awprot(now.awprot), .awqos(now.awqos), .awdomain(now.awdomain),
    .awsnoop(now.awsnoop), .awuser(now.awuser), .awvalid(now.awvalid), .awready(now.awready), .wid(now.wid),
    .wdata(now.wdata), .wstrb(now.wstrb), .wlast(now.wlast), .wvalid(now.wvalid), .wready(now.wready), .bid(now.bid),
    .bresp(now.bresp), .bvalid(now.bvalid), .bready(now.bready), .arid(now.arid), .araddr(now.araddr), .arlen(now.arlen),
    .arsize(now.arsize), .arburst(now.arburst), .arlock(now.arlock), .arcache(now.arcache), .arprot(now.arprot),
    .arqos(now.arqos), .ardomain(now.ardomain), .arsnoop(now.arsnoop), .aruser(now.aruser), .arvalid(now.arvalid),
    .arready(now.arready), .rid(now.rid), .rdata(now.rdata), .rresp(now.rresp), .rlast(now.rlast), .rvalid(now.rvalid),
    .rready(now.rready), .*);

  axil_checker #(.ADDR_W(12), .DATA_W(32), .TIMEOUT(20)) axil (
    .awaddr(now.awaddr[11:0]), .awprot(now.awprot), .awvalid(now.awvalid), .awready(now.awready),
    .wdata(now.wdata[31:0]), .wstrb(now.wstrb[3:0]), .wvalid(now.wvalid), .wready(now.wready), .bresp(now.bresp),
    .bvalid(now.bvalid), .bready(now.bready), .araddr(now.araddr[11:0]), .arprot(now.arprot), .arvalid(now.arvalid),
    .arready(now.arready), .rdata(now.rdata[31:0]), .rresp(now.rresp), .rvalid(now.rvalid), .rready(now.rready), .*);

  task automatic print(input string name, input int rule, input logic [31:0] count, input logic [63:0] cycle,
                       input logic [63:0] address);
    if (count != 0) $display("%s %0d %0d %0d %0d", name, rule, count, cycle, address);
  endtask

  task automatic report();
    for (int rule = 0; rule < RULES; rule++) begin
      print("axi4", rule, axi4.count[rule], axi4.first_cycle[rule], 64'(axi4.first_address[rule]));
      print("axi3", rule, axi3.count[rule], axi3.first_cycle[rule], 64'(axi3.first_address[rule]));
      print("axil", rule, axil.rules.count[rule], axil.rules.first_cycle[rule], 64'(axil.rules.first_address[rule]));
    end
    $display("end %0d %0d %0d", axi4.violations, axi3.violations, axil.rules.violations);
  endtask

  string  name;
  int     script;
  cycle_t next;
  initial begin
    if (!$value$plusargs("script=%s", name)) $fatal(1, "+script=FILE is missing");
    script = $fopen(name, "r");
    if (script == 0) $fatal(1, "cannot read %s", name);
    while ($fscanf(script, "%h\n", next) == 1) begin
      #5 now = next;                     // well before the edge
      clear = 1'b0;
      #5 if (now.report) begin
        report();
        clear = 1'b1;
      end
      clk = 1'b1;
      #5 clk = 1'b0;
    end
    $finish;
  end
endmodule
