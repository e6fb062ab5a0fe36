// SPDX-License-Identifier: Apache-2.0
// Performance counters with an atomic snapshot, and the watchdog: `timeout` for one cycle when something is
// outstanding on the bus and no channel of it has moved for `wdog` cycles (0 = off).
`default_nettype none

module dma_pmu (
    input  wire         clk,
    input  wire         rst_n,
    input  wire         snapshot,
    input  wire         clear,
    input  wire  [31:0] wdog,
    input  wire         busy,
    input  wire         ar_valid, ar_ready, r_beat, aw_valid, aw_ready, w_valid, w_ready, w_zero, b_beat,
    input  wire         desc,                      // descriptor fetch issued
    input  wire  [7:0]  out_rd, out_wr,            // outstanding bursts
    input  wire  [15:0] fifo_used,                 // beats reserved or filled
    output logic [31:0] cycles,                    // free running
    output logic        timeout,
    output logic [31:0] shown [12]                 // order: registers from PMU_CYCLES on
);
    logic [31:0] live [12];
    logic [31:0] silent;
    logic [11:0] event_now;
    wire moved = (ar_valid && ar_ready) || r_beat || (aw_valid && aw_ready) || (w_valid && w_ready) || b_beat;
    wire waits = ar_valid || aw_valid || w_valid || out_rd != 0 || out_wr != 0;

    assign event_now = {2'b0, 1'b0, w_valid && w_ready && w_zero, aw_valid && !aw_ready, ar_valid && !ar_ready,
                        w_valid && !w_ready, out_rd != 0 && !r_beat, w_valid && w_ready, r_beat, busy, 1'b1};

    always_ff @(posedge clk) begin
        for (int i = 0; i < 9; i++) live[i] <= live[i] + 32'(event_now[i]);
        if (32'(fifo_used) > live[9]) live[9] <= 32'(fifo_used);
        live[10] <= live[10] + 32'(desc);
        if (16'(out_rd) > live[11][15:0]) live[11][15:0] <= 16'(out_rd);
        if (16'(out_wr) > live[11][31:16]) live[11][31:16] <= 16'(out_wr);
        if (snapshot) shown <= live;
        for (int i = 0; i < 12; i++) begin
            if (clear || !rst_n) live[i] <= '0;
            if (!rst_n) shown[i] <= '0;
        end
    end

    always_ff @(posedge clk) begin
        cycles  <= cycles + 1'b1;
        timeout <= wdog != 0 && waits && !moved && silent == wdog - 1'b1;
        silent  <= !waits || moved ? '0 : silent == '1 ? silent : silent + 1'b1;
        if (!rst_n) begin
            cycles <= '0;
            timeout <= 1'b0;
            silent <= '0;
        end
    end

    wire unused = &{1'b0, event_now[11:9]};
endmodule
`default_nettype wire
