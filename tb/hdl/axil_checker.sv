// SPDX-License-Identifier: Apache-2.0
// Protocol checker of an AXI4-Lite port: the rules of axi_checker.sv that are left when every access is one transfer of
// the bus' width without ID and attributes (IHI 0022E B1.1). EXOKAY is no response of AXI4-Lite.
module axil_checker #(
  parameter int unsigned ADDR_W  = 12,
  parameter int unsigned DATA_W  = 32,
  parameter int unsigned TIMEOUT = 0     // cycles; 0: any number
) (
  input logic                clk,
  input logic                rst_n,
  input logic                clear,
  input logic [ADDR_W-1:0]   awaddr,
  input logic [2:0]          awprot,
  input logic                awvalid,
  input logic                awready,
  input logic [DATA_W-1:0]   wdata,
  input logic [DATA_W/8-1:0] wstrb,
  input logic                wvalid,
  input logic                wready,
  input logic [1:0]          bresp,
  input logic                bvalid,
  input logic                bready,
  input logic [ADDR_W-1:0]   araddr,
  input logic [2:0]          arprot,
  input logic                arvalid,
  input logic                arready,
  input logic [DATA_W-1:0]   rdata,
  input logic [1:0]          rresp,
  input logic                rvalid,
  input logic                rready
);
  localparam logic [2:0] SIZE = 3'($clog2(DATA_W / 8));

  axi_checker #(
    .ADDR_W(ADDR_W), .DATA_W(DATA_W), .ID_W(1), .USER_W(1), .ACE_LITE(1'b0), .LITE(1'b1), .DEPTH(16), .BEATS(16),
    .TIMEOUT(TIMEOUT)
  ) rules (
    .clk, .rst_n, .clear,
    .awid('0), .awaddr, .awlen('0), .awsize(SIZE), .awburst(2'b01), .awlock(1'b0), .awcache('0), .awprot, .awqos('0),
    .awdomain(2'b11), .awsnoop('0), .awuser('0), .awvalid, .awready,
    .wid('0), .wdata, .wstrb, .wlast(1'b1), .wvalid, .wready,
    .bid('0), .bresp, .bvalid, .bready,
    .arid('0), .araddr, .arlen('0), .arsize(SIZE), .arburst(2'b01), .arlock(1'b0), .arcache('0), .arprot, .arqos('0),
    .ardomain(2'b11), .arsnoop('0), .aruser('0), .arvalid, .arready,
    .rid('0), .rdata, .rresp, .rlast(1'b1), .rvalid, .rready);
endmodule
