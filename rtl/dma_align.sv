// SPDX-License-Identifier: Apache-2.0
// Turns the beats of a chunk from source alignment to destination alignment (COPY), makes them (FILL) or digests them
// (SINK). Chunks come in order with their shape; the FIFO marks each chunk's last entry. A read beat with an error
// (poison) stops the chunk's output at that beat and is reported; the rest of the chunk, and all of a killed
// channel's chunks, is discarded up to the mark.
`default_nettype none

module dma_align
    import dma_pkg::*;
#(
    parameter int unsigned DATA_W = 64,
    parameter int unsigned NCH    = 2
) (
    input  wire                 clk,
    input  wire                 rst_n,
    input  wire  [NCH-1:0]      kill,
    input  wire  [31:0]         fill_word [NCH],   // FILL register: pattern or CRC seed
    input  wire                 c_valid,           // shape of the next chunk
    input  shape_t              c_shape,
    output logic                c_pop,
    output wire  [CHUNK_W-1:0]  making,            // bytes of the FILL chunk that begins now
    input  wire                 f_valid,           // data FIFO
    input  wire  [DATA_W+1:0]   f_data,            // {poison, end of chunk, data}
    output logic                f_pop,
    output wire                 out_valid,
    input  wire                 out_ready,
    output logic [DATA_W-1:0]   out_data,
    output logic [DATA_W/8-1:0] out_strb,
    output logic                chunk_end,         // chunk of channel end_ch has left this module (or was discarded)
    output wire  [2:0]          end_ch,
    output logic [NCH-1:0]      poison,            // an error beat of this channel was met
    output ack_t                sink_ack,          // SINK chunk complete
    output logic [31:0]         sink_crc           // its job's CRC so far, before the final XOR
);
    localparam int unsigned B    = DATA_W / 8;
    localparam int unsigned SH   = $clog2(B);
    localparam int unsigned CNTW = CHUNK_W - SH + 1;
    localparam int unsigned CHW  = NCH < 2 ? 1 : $clog2(NCH);

    typedef enum logic [1:0] { A_IDLE, A_RUN, A_DISCARD } state_e;

    state_e            state;
    shape_t            shape;
    logic              held;                       // out_data is a beat
    logic [2:0]        out_ch;
    logic [CNTW-1:0]   in_left, out_left;          // beats
    logic              first, preload;
    logic [SH-1:0]     turn;                       // lane of destination minus lane of source
    logic [SH-1:0]     tail;                       // lane of the last byte
    logic [DATA_W-1:0] carry;
    logic [31:0]       crc [2 << CHW];

    logic [DATA_W-1:0] data, turned, lanes, merged, filled;
    logic [SH+2:0]     by;                         // `turn` in bits
    logic [B-1:0]      mask;
    logic              bad, mark, need, out_free, dead, step, done;
    logic [31:0]       crc_next;
    logic [SH-1:0]     head_lane;

    function automatic logic [31:0] crc_byte(input logic [31:0] c, input logic [7:0] d);
        logic [31:0] x;
        x = c ^ 32'(d);
        for (int i = 0; i < 8; i++) x = x[0] ? (x >> 1) ^ 32'hEDB8_8320 : x >> 1;
        return x;
    endfunction

    function automatic logic [CNTW-1:0] beats(input logic [SH-1:0] offset, input logic [CHUNK_W-1:0] len);
        logic [CHUNK_W:0] n;
        n = (CHUNK_W+1)'(offset) + (CHUNK_W+1)'(len) + (CHUNK_W+1)'(B - 1);
        return CNTW'(n >> SH);
    endfunction

    always_comb begin
        {bad, mark, data} = f_data;
        by     = {turn, 3'b000};
        turned = (data << by) | (data >> (DATA_W - 32'(by)));
        lanes  = '1 << by;
        merged = (carry & ~lanes) | (turned & lanes);
        filled = {DATA_W/32{32'({2{fill_word[shape.ch[CHW-1:0]]}} >> {shape.fill_rot - shape.doff[1:0], 3'b000})}};
        head_lane = shape.op == OP_SINK ? shape.soff[SH-1:0] : shape.doff[SH-1:0];
        mask = '1;
        if (first) mask = mask << head_lane;
        if (out_left == 1) mask = mask & ('1 >> (SH'(B - 1) - tail));
        crc_next = crc[{shape.slot, shape.ch[CHW-1:0]}];
        if (shape.op == OP_SINK)
            for (int i = 0; i < B; i++) if (mask[i]) crc_next = crc_byte(crc_next, data[8*i +: 8]);
    end

    always_comb begin
        out_free = !out_valid || out_ready;
        dead     = kill[shape.ch[CHW-1:0]];
        need     = shape.op != OP_FILL && in_left != 0;
        // A beat with an error kills the channel: the beat before it, of the job before perhaps, leaves first.
        step     = state == A_RUN && !dead && (!need || f_valid)
                   && (out_free || ((shape.op == OP_SINK || preload) && !(need && bad)));
        f_pop    = (step && need) || (state == A_DISCARD && f_valid);
        done     = step && out_left == 1 && !preload && !(need && bad);
        c_pop    = c_valid && state == A_IDLE;
        poison   = '0;
        poison[shape.ch[CHW-1:0]] = step && need && bad;
        chunk_end = done || (state == A_RUN && dead && !need) || (f_pop && mark && (state == A_DISCARD || bad));
        sink_ack = '{valid: done && shape.op == OP_SINK, tag: '{ch: shape.ch, slot: shape.slot, index: '0}, bytes: shape.len};
        sink_crc = crc_next;
    end
    assign end_ch    = shape.ch;
    assign making    = c_pop && c_shape.op == OP_FILL ? c_shape.len : '0;
    assign out_valid = held && !kill[out_ch[CHW-1:0]];

    always_ff @(posedge clk) begin
        if (c_pop) begin
            shape    <= c_shape;
            first    <= 1'b1;
            in_left  <= beats(c_shape.soff[SH-1:0], c_shape.len);
            out_left <= c_shape.op == OP_SINK ? beats(c_shape.soff[SH-1:0], c_shape.len) : beats(c_shape.doff[SH-1:0], c_shape.len);
            turn     <= c_shape.doff[SH-1:0] - c_shape.soff[SH-1:0];
            tail     <= (c_shape.op == OP_SINK ? c_shape.soff[SH-1:0] : c_shape.doff[SH-1:0]) + c_shape.len[SH-1:0] - 1'b1;
            preload  <= c_shape.op == OP_COPY && c_shape.doff[SH-1:0] < c_shape.soff[SH-1:0];
            if (c_shape.first) crc[{c_shape.slot, c_shape.ch[CHW-1:0]}] <= ~fill_word[c_shape.ch[CHW-1:0]];
        end
        if (step) begin
            if (need) begin
                in_left <= in_left - 1'b1;
                carry   <= turned;
            end
            preload <= 1'b0;
            if (!preload) begin
                first    <= 1'b0;
                out_left <= out_left - 1'b1;
                if (shape.op == OP_SINK) crc[{shape.slot, shape.ch[CHW-1:0]}] <= crc_next;
            end
        end
        if (step && !preload && shape.op != OP_SINK) begin
            out_data <= shape.op == OP_FILL ? filled : merged;
            out_strb <= mask;
            out_ch   <= shape.ch;
        end
    end

    always_ff @(posedge clk) begin
        if (out_free) held <= 1'b0;
        if (step && !preload && shape.op != OP_SINK && !(need && bad)) held <= 1'b1;
        unique case (state)
            A_IDLE:    if (c_valid) state <= A_RUN;
            A_RUN:     if (chunk_end) state <= A_IDLE;
                       else if (dead || (step && need && bad)) state <= A_DISCARD;
            default:   if (chunk_end) state <= A_IDLE;
        endcase
        if (!rst_n) begin
            state <= A_IDLE;
            held <= 1'b0;
        end
    end
    wire unused = &{1'b0, shape, out_ch};
endmodule
`default_nettype wire
