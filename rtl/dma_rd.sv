// SPDX-License-Identifier: Apache-2.0
// Read side: issues AR for descriptor fetches and data bursts, and sorts R by RID.
// A data burst is issued when the data FIFO has room for all of its beats (credit), so R is never stalled for data, and
// while fewer beats are on their way than the window. The window starts with FIRST beats and grows by one for every cycle
// in which it alone holds AR back and no beat comes: it ends at the memory's latency and no further, so that the bus is
// full and an abort has no more to wait for than that.
// Every chunk puts exactly one end-of-chunk mark into the FIFO: with its last beat, or, if the channel is killed or has
// seen a read error before its last burst was issued, as a phantom entry in place of what was dropped.
`default_nettype none

module dma_rd
    import dma_pkg::*;
#(
    parameter int unsigned ADDR_W = 40,
    parameter int unsigned DATA_W = 64,
    parameter int unsigned ID_W   = 4,
    parameter int unsigned USER_W = 16,
    parameter int unsigned NCH    = 2,
    parameter int unsigned DEPTH  = 64,            // outstanding data bursts
    parameter int unsigned FIRST  = 16,            // beats of the window when the bus is quiet
    parameter int unsigned CW     = 10             // width of the credit count
) (
    input  wire                clk,
    input  wire                rst_n,
    input  wire  [NCH-1:0]     kill,
    // bursts from the splitter
    input  wire                s_valid,
    output logic               s_ready,
    output logic               s_drop,
    input  wire  [ADDR_W-1:0]  s_addr,
    input  wire  [7:0]         s_len,
    input  wire  [CHUNK_W-1:0] s_bytes,
    input  wire  [CHUNK_W-1:0] s_left,
    input  wire                s_last,
    input  side_t              s_side,
    // descriptor fetches
    input  wire  [NCH-1:0]     d_req,
    input  wire  [63:0]        d_addr [NCH],
    input  wire  [15:0]        d_index [NCH],
    input  attr_t              d_attr [NCH],
    input  wire  [NCH-1:0]     d_short,
    output logic [NCH-1:0]     d_taken,
    output logic [NCH-1:0]     d_valid,            // a beat for this channel: bus data, rresp, rlast below
    output wire  [DATA_W-1:0]  r_data,
    output wire  [1:0]         r_resp,
    output wire                r_last,
    // data FIFO
    input  wire  [CW-1:0]      space,
    output logic [CW-1:0]      take,
    output logic               push,
    output logic [DATA_W+1:0]  push_data,          // {poison, end of chunk, data}
    output wire  [CHUNK_W-1:0] arriving,           // bytes of the COPY burst whose data begins to arrive now, or was dropped
    output fault_t             fault,
    // AXI
    output logic [ID_W-1:0]    m_arid,
    output logic [ADDR_W-1:0]  m_araddr,
    output logic [7:0]         m_arlen,
    output attr_t              m_arattr,
    output logic [USER_W-1:0]  m_aruser,
    output logic               m_arvalid,
    input  wire                m_arready,
    input  wire  [ID_W-1:0]    m_rid,
    input  wire  [DATA_W-1:0]  m_rdata,
    input  wire  [1:0]         m_rresp,
    input  wire                m_rlast,
    input  wire                m_rvalid,
    output wire                m_rready,
    // observation
    output logic [7:0]         outstanding,
    output wire                r_beat,
    output wire  [15:0]        r_index
);
    localparam int unsigned SH    = $clog2(DATA_W / 8);
    localparam int unsigned IDX_W = USER_W - 6;
    localparam int unsigned CHW   = NCH < 2 ? 1 : $clog2(NCH);

    typedef struct packed {
        logic               phantom, last, counted;
        tag_t               tag;
        logic [CHUNK_W-1:0] bytes;
        logic [ADDR_W-1:0]  addr;
    } entry_t;

    // --- AR -----------------------------------------------------------------------------------------------------
    logic [NCH-1:0] stop;                          // a read error was seen: like kill, until kill takes over
    logic [6:0]     out_ch [NCH];                  // outstanding data bursts per channel
    logic [2:0]     dch;                           // channel whose descriptor fetch is next
    logic           ar_free, want_desc, dead, ready, issue, dq_ready, rq_ready;
    logic [CW-1:0]  beats, coming, window;         // `coming` counts data beats between AR and R
    entry_t         entry;

    always_comb begin
        dch = '0;
        for (int i = NCH - 1; i >= 0; i--) if (d_req[i]) dch = 3'(i);
        ar_free   = !m_arvalid || m_arready;
        want_desc = ar_free && dq_ready && |d_req;
        d_taken   = '0;
        d_taken[dch[CHW-1:0]] = want_desc;
        dead      = kill[s_side.tag.ch[CHW-1:0]] || stop[s_side.tag.ch[CHW-1:0]];
        beats     = CW'(s_len) + 1'b1;
        ready     = s_valid && !dead && ar_free && !want_desc && rq_ready && space >= beats
                    && (s_side.limit == 0 || out_ch[s_side.tag.ch[CHW-1:0]] < 7'(s_side.limit));
        issue     = ready && coming < window;
        s_drop    = dead;
        s_ready   = issue || (s_valid && dead && rq_ready && space != 0);
        take      = !s_ready ? '0 : dead ? CW'(1) : beats;
        entry     = 'x;
        if (s_ready) entry = '{phantom: dead, last: dead || s_last, counted: s_side.counted, tag: s_side.tag,
                               bytes: dead ? s_left : s_bytes, addr: s_addr};
    end

    always_ff @(posedge clk) if (want_desc || issue) begin
        m_arid   <= ID_W'(want_desc ? KIND_DESC : KIND_DATA);
        m_araddr <= want_desc ? d_addr[dch[CHW-1:0]][ADDR_W-1:0] : s_addr;
        m_arlen  <= !want_desc ? s_len : d_short[dch[CHW-1:0]] ? 8'((32 >> SH) - 1) : 8'((64 >> SH) - 1);
        m_arattr <= want_desc ? d_attr[dch[CHW-1:0]] : s_side.attr;
        m_aruser <= want_desc ? {KIND_DESC, dch, d_index[dch[CHW-1:0]][IDX_W-1:0], d_attr[dch[CHW-1:0]].coherent}
                              : {KIND_DATA, s_side.tag.ch, s_side.tag.index[IDX_W-1:0], s_side.attr.coherent};
    end

    always_ff @(posedge clk) begin
        if (ar_free) m_arvalid <= want_desc || issue;
        if (!rst_n) m_arvalid <= 1'b0;
    end

    // --- R ------------------------------------------------------------------------------------------------------
    logic [ID_W-1:0] r_id;
    logic            r_valid, r_ready, rq_valid, dq_valid, rq_pop, is_desc, data_beat, first;
    logic [$clog2(DEPTH + 1)-1:0] rq_space, rq_fill;
    logic [$clog2((NCH < 2 ? 2 : NCH) + 1)-1:0] dq_space, dq_fill;
    logic [7:0]      beat;
    logic [2:0]      dq_ch;
    entry_t          head;

    skid #(.W(ID_W + DATA_W + 3)) u_r (
        .clk, .rst_n, .in_valid(m_rvalid), .in_ready(m_rready), .in_data({m_rid, m_rresp, m_rlast, m_rdata}),
        .out_valid(r_valid), .out_ready(r_ready), .out_data({r_id, r_resp, r_last, r_data}));

    fifo #(.W($bits(entry_t)), .DEPTH(DEPTH)) u_rq (
        .clk, .rst_n, .take('0), .space(rq_space), .push(s_ready), .din(entry), .ready(rq_ready),
        .pop(rq_pop), .dout(head), .valid(rq_valid), .fill(rq_fill));

    fifo #(.W(3), .DEPTH(NCH < 2 ? 2 : NCH)) u_dq (
        .clk, .rst_n, .take('0), .space(dq_space), .push(want_desc), .din(dch), .ready(dq_ready),
        .pop(r_valid && is_desc && r_last && dq_valid), .dout(dq_ch), .valid(dq_valid), .fill(dq_fill));

    always_comb begin
        is_desc   = r_id == ID_W'(KIND_DESC);
        r_ready   = is_desc || !(rq_valid && head.phantom);
        data_beat = r_valid && !is_desc && rq_valid && !head.phantom;
        d_valid   = '0;
        d_valid[dq_ch[CHW-1:0]] = r_valid && is_desc && dq_valid;
        rq_pop    = rq_valid && (head.phantom || (data_beat && r_last));
        push      = data_beat || (rq_valid && head.phantom);
        push_data = {!head.phantom && r_resp[1], head.last && (head.phantom || r_last), r_data};
        fault     = '{valid: data_beat && r_resp[1], tag: head.tag, resp: r_resp, beat: beat, addr: 64'(head.addr)};
    end

    always_ff @(posedge clk) begin
        if (data_beat) begin
            first <= r_last;
            beat  <= r_last ? '0 : beat + 1'b1;
        end
        for (int i = 0; i < NCH; i++) begin
            out_ch[i] <= out_ch[i] + 7'(issue && s_side.tag.ch == 3'(i)) - 7'(data_beat && r_last && head.tag.ch == 3'(i));
            if (fault.valid && head.tag.ch == 3'(i)) stop[i] <= 1'b1;
            if (kill[i]) stop[i] <= 1'b0;
        end
        outstanding <= outstanding + 8'(issue || want_desc) - 8'(r_last && (data_beat || d_valid != 0));
        coming <= coming + (issue ? beats : '0) - CW'(data_beat);
        if (coming == 0) window <= CW'(FIRST);
        else if (ready && !issue && !r_valid) window <= window + 1'b1;
        if (!rst_n) begin
            first  <= 1'b1;
            window <= CW'(FIRST);
            {beat, stop, outstanding, coming} <= '0;
            for (int i = 0; i < NCH; i++) out_ch[i] <= '0;
        end
    end

    assign r_beat  = r_valid && r_ready;
    assign arriving = rq_valid && head.counted && (head.phantom || (data_beat && first)) ? head.bytes : '0;
    assign r_index = is_desc ? d_index[dq_ch[CHW-1:0]] : head.tag.index;
    wire unused = &{1'b0, rq_space, rq_fill, dq_space, dq_fill, dq_ch, s_side.len, s_side.max_len};
endmodule
`default_nettype wire
