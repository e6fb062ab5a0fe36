// SPDX-License-Identifier: Apache-2.0
// Generated from dma.rdl by rtl/regenerate.py; do not edit.

module dma_csr (
        input wire clk,
        input wire rst_n,

        output logic s_axil_awready,
        input wire s_axil_awvalid,
        input wire [11:0] s_axil_awaddr,
        input wire [2:0] s_axil_awprot,
        output logic s_axil_wready,
        input wire s_axil_wvalid,
        input wire [31:0] s_axil_wdata,
        input wire [3:0]s_axil_wstrb,
        input wire s_axil_bready,
        output logic s_axil_bvalid,
        output logic [1:0] s_axil_bresp,
        output logic s_axil_arready,
        input wire s_axil_arvalid,
        input wire [11:0] s_axil_araddr,
        input wire [2:0] s_axil_arprot,
        input wire s_axil_rready,
        output logic s_axil_rvalid,
        output logic [31:0] s_axil_rdata,
        output logic [1:0] s_axil_rresp,

        input dma_csr_pkg::dma__in_t hwif_in,
        output dma_csr_pkg::dma__out_t hwif_out
    );

    //--------------------------------------------------------------------------
    // CPU Bus interface logic
    //--------------------------------------------------------------------------
    logic cpuif_req;
    logic cpuif_req_is_wr;
    logic [11:0] cpuif_addr;
    logic [31:0] cpuif_wr_data;
    logic [31:0] cpuif_wr_biten;
    logic cpuif_req_stall_wr;
    logic cpuif_req_stall_rd;

    logic cpuif_rd_ack;
    logic cpuif_rd_err;
    logic [31:0] cpuif_rd_data;

    logic cpuif_wr_ack;
    logic cpuif_wr_err;

    // Max Outstanding Transactions: 2
    logic [1:0] axil_n_in_flight;
    logic axil_prev_was_rd;
    logic axil_arvalid;
    logic [11:0] axil_araddr;
    logic axil_ar_accept;
    logic axil_awvalid;
    logic [11:0] axil_awaddr;
    logic axil_wvalid;
    logic [31:0] axil_wdata;
    logic [3:0] axil_wstrb;
    logic axil_aw_accept;
    logic axil_resp_acked;

    // Transaction request acceptance
    always_ff @(posedge clk) begin
        if(~rst_n) begin
            axil_prev_was_rd <= '0;
            axil_arvalid <= '0;
            axil_araddr <= '0;
            axil_awvalid <= '0;
            axil_awaddr <= '0;
            axil_wvalid <= '0;
            axil_wdata <= '0;
            axil_wstrb <= '0;
            axil_n_in_flight <= '0;
        end else begin
            // AR* acceptance register
            if(axil_ar_accept) begin
                axil_prev_was_rd <= '1;
                axil_arvalid <= '0;
            end
            if(s_axil_arvalid && s_axil_arready) begin
                axil_arvalid <= '1;
                axil_araddr <= s_axil_araddr;
            end

            // AW* & W* acceptance registers
            if(axil_aw_accept) begin
                axil_prev_was_rd <= '0;
                axil_awvalid <= '0;
                axil_wvalid <= '0;
            end
            if(s_axil_awvalid && s_axil_awready) begin
                axil_awvalid <= '1;
                axil_awaddr <= s_axil_awaddr;
            end
            if(s_axil_wvalid && s_axil_wready) begin
                axil_wvalid <= '1;
                axil_wdata <= s_axil_wdata;
                axil_wstrb <= s_axil_wstrb;
            end

            // Keep track of in-flight transactions
            if((axil_ar_accept || axil_aw_accept) && !axil_resp_acked) begin
                axil_n_in_flight <= axil_n_in_flight + 1'b1;
            end else if(!(axil_ar_accept || axil_aw_accept) && axil_resp_acked) begin
                axil_n_in_flight <= axil_n_in_flight - 1'b1;
            end
        end
    end

    always_comb begin
        s_axil_arready = (!axil_arvalid || axil_ar_accept);
        s_axil_awready = (!axil_awvalid || axil_aw_accept);
        s_axil_wready = (!axil_wvalid || axil_aw_accept);
    end

    // Request dispatch
    always_comb begin
        cpuif_wr_data = axil_wdata;
        for(int i=0; i<4; i++) begin
            cpuif_wr_biten[i*8 +: 8] = {8{axil_wstrb[i]}};
        end
        cpuif_req = '0;
        cpuif_req_is_wr = '0;
        cpuif_addr = '0;
        axil_ar_accept = '0;
        axil_aw_accept = '0;

        if(axil_n_in_flight < 2'd2) begin
            // Can safely issue more transactions without overwhelming response buffer
            if(axil_arvalid && !axil_prev_was_rd) begin
                cpuif_req = '1;
                cpuif_req_is_wr = '0;
                cpuif_addr = {axil_araddr[11:2], 2'b0};
                if(!cpuif_req_stall_rd) axil_ar_accept = '1;
            end else if(axil_awvalid && axil_wvalid) begin
                cpuif_req = '1;
                cpuif_req_is_wr = '1;
                cpuif_addr = {axil_awaddr[11:2], 2'b0};
                if(!cpuif_req_stall_wr) axil_aw_accept = '1;
            end else if(axil_arvalid) begin
                cpuif_req = '1;
                cpuif_req_is_wr = '0;
                cpuif_addr = {axil_araddr[11:2], 2'b0};
                if(!cpuif_req_stall_rd) axil_ar_accept = '1;
            end
        end
    end


    // AXI4-Lite Response Logic
    logic axil_resp_buffer_is_wr[2];
    logic axil_resp_buffer_err[2];
    logic [31:0] axil_resp_buffer_rdata[2];

    logic [1:0] axil_resp_wptr;
    logic [1:0] axil_resp_rptr;

    always_ff @(posedge clk) begin
        if(~rst_n) begin
            for(int i=0; i<2; i++) begin
                axil_resp_buffer_is_wr[i] <= '0;
                axil_resp_buffer_err[i] <= '0;
                axil_resp_buffer_rdata[i] <= '0;
            end
            axil_resp_wptr <= '0;
            axil_resp_rptr <= '0;
        end else begin
            // Store responses in buffer until AXI response channel accepts them
            if(cpuif_rd_ack || cpuif_wr_ack) begin
                if(cpuif_rd_ack) begin
                    axil_resp_buffer_is_wr[axil_resp_wptr[0:0]] <= '0;
                    axil_resp_buffer_err[axil_resp_wptr[0:0]] <= cpuif_rd_err;
                    axil_resp_buffer_rdata[axil_resp_wptr[0:0]] <= cpuif_rd_data;

                end else if(cpuif_wr_ack) begin
                    axil_resp_buffer_is_wr[axil_resp_wptr[0:0]] <= '1;
                    axil_resp_buffer_err[axil_resp_wptr[0:0]] <= cpuif_wr_err;
                end
                axil_resp_wptr <= axil_resp_wptr + 1'b1;
            end

            // Advance read pointer when acknowledged
            if(axil_resp_acked) begin
                axil_resp_rptr <= axil_resp_rptr + 1'b1;
            end
        end
    end

    always_comb begin
        axil_resp_acked = '0;
        s_axil_bvalid = '0;
        s_axil_rvalid = '0;
        if(axil_resp_rptr != axil_resp_wptr) begin
            if(axil_resp_buffer_is_wr[axil_resp_rptr[0:0]]) begin
                s_axil_bvalid = '1;
                if(s_axil_bready) axil_resp_acked = '1;
            end else begin
                s_axil_rvalid = '1;
                if(s_axil_rready) axil_resp_acked = '1;
            end
        end

        s_axil_rdata = axil_resp_buffer_rdata[axil_resp_rptr[0:0]];
        if(axil_resp_buffer_err[axil_resp_rptr[0:0]]) begin
            s_axil_bresp = 2'b10;
            s_axil_rresp = 2'b10;
        end else begin
            s_axil_bresp = 2'b00;
            s_axil_rresp = 2'b00;
        end
    end

    logic cpuif_req_masked;

    // Read & write latencies are balanced. Stalls not required
    assign cpuif_req_stall_rd = '0;
    assign cpuif_req_stall_wr = '0;
    assign cpuif_req_masked = cpuif_req
                            & !(!cpuif_req_is_wr & cpuif_req_stall_rd)
                            & !(cpuif_req_is_wr & cpuif_req_stall_wr);

    //--------------------------------------------------------------------------
    // Address Decode
    //--------------------------------------------------------------------------
    typedef struct {
        logic ID;
        logic VERSION;
        logic CAP0;
        logic CAP1;
        logic CTRL;
        logic STATUS;
        logic IRQ_PEND;
        logic SCRATCH;
        logic WDOG;
        logic PMU_CTRL;
        logic PMU_CYCLES;
        logic PMU_BUSY;
        logic PMU_R_BEATS;
        logic PMU_W_BEATS;
        logic PMU_R_STALL;
        logic PMU_W_STALL;
        logic PMU_AR_WAIT;
        logic PMU_AW_WAIT;
        logic PMU_ZSTRB;
        logic PMU_FIFO_MAX;
        logic PMU_DESCS;
        logic PMU_MAX_OUT;
        struct {
            logic CMD;
            logic STATUS;
            logic IRQ_EN;
            logic CFG;
            logic COALESCE;
            logic SRC_LO;
            logic SRC_HI;
            logic DST_LO;
            logic DST_HI;
            logic LEN;
            logic ROWS;
            logic SSTRIDE;
            logic DSTRIDE;
            logic FILL;
            logic ATTR_SRC;
            logic ATTR_DST;
            logic ATTR_DESC;
            logic DESC_BASE_LO;
            logic DESC_BASE_HI;
            logic RING_LEN;
            logic TAIL;
            logic HEAD;
            logic ERR_INFO;
            logic ERR_ADDR_LO;
            logic ERR_ADDR_HI;
            logic RESIDUE;
            logic DONE_CNT;
            logic CUR_DESC_LO;
            logic CUR_DESC_HI;
            logic DIGEST;
            logic IGNORED;
        } ch[2];
    } decoded_reg_strb_t;
    decoded_reg_strb_t decoded_reg_strb;
    logic decoded_err;
    logic [11:0] decoded_addr;
    logic decoded_req;
    logic decoded_req_is_wr;
    logic [31:0] decoded_wr_data;
    logic [31:0] decoded_wr_biten;

    always_comb begin
        automatic logic is_valid_addr;
        automatic logic is_valid_rw;
        is_valid_addr = '0;
        is_valid_rw = '1; // No valid RW check
        if(cpuif_req_masked) begin
            decoded_reg_strb.ID = cpuif_req_masked & (cpuif_addr == 12'h0) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h0);
            decoded_reg_strb.VERSION = cpuif_req_masked & (cpuif_addr == 12'h4) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h4);
            decoded_reg_strb.CAP0 = cpuif_req_masked & (cpuif_addr == 12'h8) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h8);
            decoded_reg_strb.CAP1 = cpuif_req_masked & (cpuif_addr == 12'hc) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'hc);
            decoded_reg_strb.CTRL = cpuif_req_masked & (cpuif_addr == 12'h10);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h10);
            decoded_reg_strb.STATUS = cpuif_req_masked & (cpuif_addr == 12'h14) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h14);
            decoded_reg_strb.IRQ_PEND = cpuif_req_masked & (cpuif_addr == 12'h18) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h18);
            decoded_reg_strb.SCRATCH = cpuif_req_masked & (cpuif_addr == 12'h1c);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h1c);
            decoded_reg_strb.WDOG = cpuif_req_masked & (cpuif_addr == 12'h20);
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h20);
            decoded_reg_strb.PMU_CTRL = cpuif_req_masked & (cpuif_addr == 12'h40) & cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h40);
            decoded_reg_strb.PMU_CYCLES = cpuif_req_masked & (cpuif_addr == 12'h44) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h44);
            decoded_reg_strb.PMU_BUSY = cpuif_req_masked & (cpuif_addr == 12'h48) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h48);
            decoded_reg_strb.PMU_R_BEATS = cpuif_req_masked & (cpuif_addr == 12'h4c) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h4c);
            decoded_reg_strb.PMU_W_BEATS = cpuif_req_masked & (cpuif_addr == 12'h50) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h50);
            decoded_reg_strb.PMU_R_STALL = cpuif_req_masked & (cpuif_addr == 12'h54) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h54);
            decoded_reg_strb.PMU_W_STALL = cpuif_req_masked & (cpuif_addr == 12'h58) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h58);
            decoded_reg_strb.PMU_AR_WAIT = cpuif_req_masked & (cpuif_addr == 12'h5c) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h5c);
            decoded_reg_strb.PMU_AW_WAIT = cpuif_req_masked & (cpuif_addr == 12'h60) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h60);
            decoded_reg_strb.PMU_ZSTRB = cpuif_req_masked & (cpuif_addr == 12'h64) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h64);
            decoded_reg_strb.PMU_FIFO_MAX = cpuif_req_masked & (cpuif_addr == 12'h68) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h68);
            decoded_reg_strb.PMU_DESCS = cpuif_req_masked & (cpuif_addr == 12'h6c) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h6c);
            decoded_reg_strb.PMU_MAX_OUT = cpuif_req_masked & (cpuif_addr == 12'h70) & !cpuif_req_is_wr;
            is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h70);
            for(int i0=0; i0<2; i0++) begin
                decoded_reg_strb.ch[i0].CMD = cpuif_req_masked & (cpuif_addr == 12'h100 + (12)'(i0) * 12'h100) & cpuif_req_is_wr;
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h100 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].STATUS = cpuif_req_masked & (cpuif_addr == 12'h104 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h104 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].IRQ_EN = cpuif_req_masked & (cpuif_addr == 12'h108 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h108 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].CFG = cpuif_req_masked & (cpuif_addr == 12'h10c + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h10c + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].COALESCE = cpuif_req_masked & (cpuif_addr == 12'h110 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h110 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].SRC_LO = cpuif_req_masked & (cpuif_addr == 12'h114 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h114 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].SRC_HI = cpuif_req_masked & (cpuif_addr == 12'h118 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h118 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].DST_LO = cpuif_req_masked & (cpuif_addr == 12'h11c + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h11c + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].DST_HI = cpuif_req_masked & (cpuif_addr == 12'h120 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h120 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].LEN = cpuif_req_masked & (cpuif_addr == 12'h124 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h124 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].ROWS = cpuif_req_masked & (cpuif_addr == 12'h128 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h128 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].SSTRIDE = cpuif_req_masked & (cpuif_addr == 12'h12c + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h12c + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].DSTRIDE = cpuif_req_masked & (cpuif_addr == 12'h130 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h130 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].FILL = cpuif_req_masked & (cpuif_addr == 12'h134 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h134 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].ATTR_SRC = cpuif_req_masked & (cpuif_addr == 12'h138 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h138 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].ATTR_DST = cpuif_req_masked & (cpuif_addr == 12'h13c + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h13c + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].ATTR_DESC = cpuif_req_masked & (cpuif_addr == 12'h140 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h140 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].DESC_BASE_LO = cpuif_req_masked & (cpuif_addr == 12'h144 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h144 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].DESC_BASE_HI = cpuif_req_masked & (cpuif_addr == 12'h148 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h148 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].RING_LEN = cpuif_req_masked & (cpuif_addr == 12'h14c + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h14c + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].TAIL = cpuif_req_masked & (cpuif_addr == 12'h150 + (12)'(i0) * 12'h100);
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h150 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].HEAD = cpuif_req_masked & (cpuif_addr == 12'h154 + (12)'(i0) * 12'h100) & !cpuif_req_is_wr;
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h154 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].ERR_INFO = cpuif_req_masked & (cpuif_addr == 12'h158 + (12)'(i0) * 12'h100) & !cpuif_req_is_wr;
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h158 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].ERR_ADDR_LO = cpuif_req_masked & (cpuif_addr == 12'h15c + (12)'(i0) * 12'h100) & !cpuif_req_is_wr;
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h15c + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].ERR_ADDR_HI = cpuif_req_masked & (cpuif_addr == 12'h160 + (12)'(i0) * 12'h100) & !cpuif_req_is_wr;
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h160 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].RESIDUE = cpuif_req_masked & (cpuif_addr == 12'h164 + (12)'(i0) * 12'h100) & !cpuif_req_is_wr;
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h164 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].DONE_CNT = cpuif_req_masked & (cpuif_addr == 12'h168 + (12)'(i0) * 12'h100) & !cpuif_req_is_wr;
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h168 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].CUR_DESC_LO = cpuif_req_masked & (cpuif_addr == 12'h16c + (12)'(i0) * 12'h100) & !cpuif_req_is_wr;
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h16c + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].CUR_DESC_HI = cpuif_req_masked & (cpuif_addr == 12'h170 + (12)'(i0) * 12'h100) & !cpuif_req_is_wr;
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h170 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].DIGEST = cpuif_req_masked & (cpuif_addr == 12'h174 + (12)'(i0) * 12'h100) & !cpuif_req_is_wr;
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h174 + (12)'(i0) * 12'h100);
                decoded_reg_strb.ch[i0].IGNORED = cpuif_req_masked & (cpuif_addr == 12'h178 + (12)'(i0) * 12'h100) & !cpuif_req_is_wr;
                is_valid_addr |= cpuif_req_masked & (cpuif_addr == 12'h178 + (12)'(i0) * 12'h100);
            end
        end else begin
            decoded_reg_strb.ID = '0;
            decoded_reg_strb.VERSION = '0;
            decoded_reg_strb.CAP0 = '0;
            decoded_reg_strb.CAP1 = '0;
            decoded_reg_strb.CTRL = '0;
            decoded_reg_strb.STATUS = '0;
            decoded_reg_strb.IRQ_PEND = '0;
            decoded_reg_strb.SCRATCH = '0;
            decoded_reg_strb.WDOG = '0;
            decoded_reg_strb.PMU_CTRL = '0;
            decoded_reg_strb.PMU_CYCLES = '0;
            decoded_reg_strb.PMU_BUSY = '0;
            decoded_reg_strb.PMU_R_BEATS = '0;
            decoded_reg_strb.PMU_W_BEATS = '0;
            decoded_reg_strb.PMU_R_STALL = '0;
            decoded_reg_strb.PMU_W_STALL = '0;
            decoded_reg_strb.PMU_AR_WAIT = '0;
            decoded_reg_strb.PMU_AW_WAIT = '0;
            decoded_reg_strb.PMU_ZSTRB = '0;
            decoded_reg_strb.PMU_FIFO_MAX = '0;
            decoded_reg_strb.PMU_DESCS = '0;
            decoded_reg_strb.PMU_MAX_OUT = '0;
            for(int i0=0; i0<2; i0++) begin
                decoded_reg_strb.ch[i0].CMD = '0;
                decoded_reg_strb.ch[i0].STATUS = '0;
                decoded_reg_strb.ch[i0].IRQ_EN = '0;
                decoded_reg_strb.ch[i0].CFG = '0;
                decoded_reg_strb.ch[i0].COALESCE = '0;
                decoded_reg_strb.ch[i0].SRC_LO = '0;
                decoded_reg_strb.ch[i0].SRC_HI = '0;
                decoded_reg_strb.ch[i0].DST_LO = '0;
                decoded_reg_strb.ch[i0].DST_HI = '0;
                decoded_reg_strb.ch[i0].LEN = '0;
                decoded_reg_strb.ch[i0].ROWS = '0;
                decoded_reg_strb.ch[i0].SSTRIDE = '0;
                decoded_reg_strb.ch[i0].DSTRIDE = '0;
                decoded_reg_strb.ch[i0].FILL = '0;
                decoded_reg_strb.ch[i0].ATTR_SRC = '0;
                decoded_reg_strb.ch[i0].ATTR_DST = '0;
                decoded_reg_strb.ch[i0].ATTR_DESC = '0;
                decoded_reg_strb.ch[i0].DESC_BASE_LO = '0;
                decoded_reg_strb.ch[i0].DESC_BASE_HI = '0;
                decoded_reg_strb.ch[i0].RING_LEN = '0;
                decoded_reg_strb.ch[i0].TAIL = '0;
                decoded_reg_strb.ch[i0].HEAD = '0;
                decoded_reg_strb.ch[i0].ERR_INFO = '0;
                decoded_reg_strb.ch[i0].ERR_ADDR_LO = '0;
                decoded_reg_strb.ch[i0].ERR_ADDR_HI = '0;
                decoded_reg_strb.ch[i0].RESIDUE = '0;
                decoded_reg_strb.ch[i0].DONE_CNT = '0;
                decoded_reg_strb.ch[i0].CUR_DESC_LO = '0;
                decoded_reg_strb.ch[i0].CUR_DESC_HI = '0;
                decoded_reg_strb.ch[i0].DIGEST = '0;
                decoded_reg_strb.ch[i0].IGNORED = '0;
            end
        end
        decoded_err = ~is_valid_addr & decoded_req;
    end

    // Pass down signals to next stage
    assign decoded_addr = cpuif_addr;
    assign decoded_req = cpuif_req_masked;
    assign decoded_req_is_wr = cpuif_req_is_wr;
    assign decoded_wr_data = cpuif_wr_data;
    assign decoded_wr_biten = cpuif_wr_biten;

    //--------------------------------------------------------------------------
    // Field logic
    //--------------------------------------------------------------------------
    typedef struct {
        struct {
            struct {
                logic next;
                logic load_next;
            } ENABLE;
            struct {
                logic next;
                logic load_next;
            } SOFT_RESET;
        } CTRL;
        struct {
            struct {
                logic [31:0] next;
                logic load_next;
            } VALUE;
        } SCRATCH;
        struct {
            struct {
                logic [31:0] next;
                logic load_next;
            } CYCLES;
        } WDOG;
        struct {
            struct {
                logic next;
                logic load_next;
            } SNAPSHOT;
            struct {
                logic next;
                logic load_next;
            } CLEAR;
        } PMU_CTRL;
        struct {
            struct {
                struct {
                    logic next;
                    logic load_next;
                } START;
                struct {
                    logic next;
                    logic load_next;
                } PAUSE;
                struct {
                    logic next;
                    logic load_next;
                } RESUME;
                struct {
                    logic next;
                    logic load_next;
                } STOP;
                struct {
                    logic next;
                    logic load_next;
                } ABORT;
                struct {
                    logic next;
                    logic load_next;
                } CLEAR;
            } CMD;
            struct {
                struct {
                    logic next;
                    logic load_next;
                } DONE;
                struct {
                    logic next;
                    logic load_next;
                } ERR;
                struct {
                    logic next;
                    logic load_next;
                } EMPTY;
                struct {
                    logic next;
                    logic load_next;
                } PERIOD;
                struct {
                    logic next;
                    logic load_next;
                } ABORTED;
                struct {
                    logic next;
                    logic load_next;
                } STOPPED;
            } STATUS;
            struct {
                struct {
                    logic next;
                    logic load_next;
                } DONE;
                struct {
                    logic next;
                    logic load_next;
                } ERR;
                struct {
                    logic next;
                    logic load_next;
                } EMPTY;
                struct {
                    logic next;
                    logic load_next;
                } PERIOD;
                struct {
                    logic next;
                    logic load_next;
                } ABORTED;
                struct {
                    logic next;
                    logic load_next;
                } STOPPED;
            } IRQ_EN;
            struct {
                struct {
                    logic [1:0] next;
                    logic load_next;
                } MODE;
                struct {
                    logic next;
                    logic load_next;
                } CYCLIC;
                struct {
                    logic next;
                    logic load_next;
                } WB_EN;
                struct {
                    logic [1:0] next;
                    logic load_next;
                } DESC_STRIDE;
                struct {
                    logic [1:0] next;
                    logic load_next;
                } PREFETCH;
                struct {
                    logic [7:0] next;
                    logic load_next;
                } MAX_LEN;
                struct {
                    logic [3:0] next;
                    logic load_next;
                } OP;
                struct {
                    logic [4:0] next;
                    logic load_next;
                } OUT_LIMIT;
                struct {
                    logic next;
                    logic load_next;
                } IRQ_EARLY;
                struct {
                    logic next;
                    logic load_next;
                } DEV_SINGLE;
                struct {
                    logic next;
                    logic load_next;
                } WRITE_LINE;
                struct {
                    logic next;
                    logic load_next;
                } FI_NO_STALE;
                struct {
                    logic next;
                    logic load_next;
                } FI_EARLY_STATUS;
            } CFG;
            struct {
                struct {
                    logic [7:0] next;
                    logic load_next;
                } THRESHOLD;
                struct {
                    logic [15:0] next;
                    logic load_next;
                } TIMEOUT;
            } COALESCE;
            struct {
                struct {
                    logic [31:0] next;
                    logic load_next;
                } ADDR;
            } SRC_LO;
            struct {
                struct {
                    logic [31:0] next;
                    logic load_next;
                } ADDR;
            } SRC_HI;
            struct {
                struct {
                    logic [31:0] next;
                    logic load_next;
                } ADDR;
            } DST_LO;
            struct {
                struct {
                    logic [31:0] next;
                    logic load_next;
                } ADDR;
            } DST_HI;
            struct {
                struct {
                    logic [31:0] next;
                    logic load_next;
                } BYTES;
            } LEN;
            struct {
                struct {
                    logic [15:0] next;
                    logic load_next;
                } ROWS;
            } ROWS;
            struct {
                struct {
                    logic [31:0] next;
                    logic load_next;
                } STRIDE;
            } SSTRIDE;
            struct {
                struct {
                    logic [31:0] next;
                    logic load_next;
                } STRIDE;
            } DSTRIDE;
            struct {
                struct {
                    logic [31:0] next;
                    logic load_next;
                } VALUE;
            } FILL;
            struct {
                struct {
                    logic [3:0] next;
                    logic load_next;
                } CACHE;
                struct {
                    logic [2:0] next;
                    logic load_next;
                } PROT;
                struct {
                    logic next;
                    logic load_next;
                } COHERENT;
                struct {
                    logic [1:0] next;
                    logic load_next;
                } DOMAIN;
                struct {
                    logic [3:0] next;
                    logic load_next;
                } QOS;
                struct {
                    logic next;
                    logic load_next;
                } LOCK;
            } ATTR_SRC;
            struct {
                struct {
                    logic [3:0] next;
                    logic load_next;
                } CACHE;
                struct {
                    logic [2:0] next;
                    logic load_next;
                } PROT;
                struct {
                    logic next;
                    logic load_next;
                } COHERENT;
                struct {
                    logic [1:0] next;
                    logic load_next;
                } DOMAIN;
                struct {
                    logic [3:0] next;
                    logic load_next;
                } QOS;
                struct {
                    logic next;
                    logic load_next;
                } LOCK;
            } ATTR_DST;
            struct {
                struct {
                    logic [3:0] next;
                    logic load_next;
                } CACHE;
                struct {
                    logic [2:0] next;
                    logic load_next;
                } PROT;
                struct {
                    logic next;
                    logic load_next;
                } COHERENT;
                struct {
                    logic [1:0] next;
                    logic load_next;
                } DOMAIN;
                struct {
                    logic [3:0] next;
                    logic load_next;
                } QOS;
                struct {
                    logic next;
                    logic load_next;
                } LOCK;
            } ATTR_DESC;
            struct {
                struct {
                    logic [31:0] next;
                    logic load_next;
                } ADDR;
            } DESC_BASE_LO;
            struct {
                struct {
                    logic [31:0] next;
                    logic load_next;
                } ADDR;
            } DESC_BASE_HI;
            struct {
                struct {
                    logic [15:0] next;
                    logic load_next;
                } COUNT;
            } RING_LEN;
            struct {
                struct {
                    logic [15:0] next;
                    logic load_next;
                } INDEX;
                struct {
                    logic next;
                    logic load_next;
                } LAP;
            } TAIL;
        } ch[2];
    } field_combo_t;
    field_combo_t field_combo;

    typedef struct {
        struct {
            struct {
                logic value;
            } ENABLE;
            struct {
                logic value;
            } SOFT_RESET;
        } CTRL;
        struct {
            struct {
                logic [31:0] value;
            } VALUE;
        } SCRATCH;
        struct {
            struct {
                logic [31:0] value;
            } CYCLES;
        } WDOG;
        struct {
            struct {
                logic value;
            } SNAPSHOT;
            struct {
                logic value;
            } CLEAR;
        } PMU_CTRL;
        struct {
            struct {
                struct {
                    logic value;
                } START;
                struct {
                    logic value;
                } PAUSE;
                struct {
                    logic value;
                } RESUME;
                struct {
                    logic value;
                } STOP;
                struct {
                    logic value;
                } ABORT;
                struct {
                    logic value;
                } CLEAR;
            } CMD;
            struct {
                struct {
                    logic value;
                } DONE;
                struct {
                    logic value;
                } ERR;
                struct {
                    logic value;
                } EMPTY;
                struct {
                    logic value;
                } PERIOD;
                struct {
                    logic value;
                } ABORTED;
                struct {
                    logic value;
                } STOPPED;
            } STATUS;
            struct {
                struct {
                    logic value;
                } DONE;
                struct {
                    logic value;
                } ERR;
                struct {
                    logic value;
                } EMPTY;
                struct {
                    logic value;
                } PERIOD;
                struct {
                    logic value;
                } ABORTED;
                struct {
                    logic value;
                } STOPPED;
            } IRQ_EN;
            struct {
                struct {
                    logic [1:0] value;
                } MODE;
                struct {
                    logic value;
                } CYCLIC;
                struct {
                    logic value;
                } WB_EN;
                struct {
                    logic [1:0] value;
                } DESC_STRIDE;
                struct {
                    logic [1:0] value;
                } PREFETCH;
                struct {
                    logic [7:0] value;
                } MAX_LEN;
                struct {
                    logic [3:0] value;
                } OP;
                struct {
                    logic [4:0] value;
                } OUT_LIMIT;
                struct {
                    logic value;
                } IRQ_EARLY;
                struct {
                    logic value;
                } DEV_SINGLE;
                struct {
                    logic value;
                } WRITE_LINE;
                struct {
                    logic value;
                } FI_NO_STALE;
                struct {
                    logic value;
                } FI_EARLY_STATUS;
            } CFG;
            struct {
                struct {
                    logic [7:0] value;
                } THRESHOLD;
                struct {
                    logic [15:0] value;
                } TIMEOUT;
            } COALESCE;
            struct {
                struct {
                    logic [31:0] value;
                } ADDR;
            } SRC_LO;
            struct {
                struct {
                    logic [31:0] value;
                } ADDR;
            } SRC_HI;
            struct {
                struct {
                    logic [31:0] value;
                } ADDR;
            } DST_LO;
            struct {
                struct {
                    logic [31:0] value;
                } ADDR;
            } DST_HI;
            struct {
                struct {
                    logic [31:0] value;
                } BYTES;
            } LEN;
            struct {
                struct {
                    logic [15:0] value;
                } ROWS;
            } ROWS;
            struct {
                struct {
                    logic [31:0] value;
                } STRIDE;
            } SSTRIDE;
            struct {
                struct {
                    logic [31:0] value;
                } STRIDE;
            } DSTRIDE;
            struct {
                struct {
                    logic [31:0] value;
                } VALUE;
            } FILL;
            struct {
                struct {
                    logic [3:0] value;
                } CACHE;
                struct {
                    logic [2:0] value;
                } PROT;
                struct {
                    logic value;
                } COHERENT;
                struct {
                    logic [1:0] value;
                } DOMAIN;
                struct {
                    logic [3:0] value;
                } QOS;
                struct {
                    logic value;
                } LOCK;
            } ATTR_SRC;
            struct {
                struct {
                    logic [3:0] value;
                } CACHE;
                struct {
                    logic [2:0] value;
                } PROT;
                struct {
                    logic value;
                } COHERENT;
                struct {
                    logic [1:0] value;
                } DOMAIN;
                struct {
                    logic [3:0] value;
                } QOS;
                struct {
                    logic value;
                } LOCK;
            } ATTR_DST;
            struct {
                struct {
                    logic [3:0] value;
                } CACHE;
                struct {
                    logic [2:0] value;
                } PROT;
                struct {
                    logic value;
                } COHERENT;
                struct {
                    logic [1:0] value;
                } DOMAIN;
                struct {
                    logic [3:0] value;
                } QOS;
                struct {
                    logic value;
                } LOCK;
            } ATTR_DESC;
            struct {
                struct {
                    logic [31:0] value;
                } ADDR;
            } DESC_BASE_LO;
            struct {
                struct {
                    logic [31:0] value;
                } ADDR;
            } DESC_BASE_HI;
            struct {
                struct {
                    logic [15:0] value;
                } COUNT;
            } RING_LEN;
            struct {
                struct {
                    logic [15:0] value;
                } INDEX;
                struct {
                    logic value;
                } LAP;
            } TAIL;
        } ch[2];
    } field_storage_t;
    field_storage_t field_storage;

    assign hwif_out.CTRL.ENABLE.value = field_storage.CTRL.ENABLE.value;
    // Field: dma.CTRL.SOFT_RESET
    always_comb begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        next_c = field_storage.CTRL.SOFT_RESET.value;
        load_next_c = '0;
        if(decoded_reg_strb.CTRL && decoded_req_is_wr) begin // SW write 1 set
            next_c = field_storage.CTRL.SOFT_RESET.value | (decoded_wr_data[1:1] & decoded_wr_biten[1:1]);
            load_next_c = '1;
        end else if(hwif_in.CTRL.SOFT_RESET.hwclr) begin // HW Clear
            next_c = '0;
            load_next_c = '1;
        end
        field_combo.CTRL.SOFT_RESET.next = next_c;
        field_combo.CTRL.SOFT_RESET.load_next = load_next_c;
    end
    always_ff @(posedge clk) begin
        if(hwif_in.core_reset) begin
            field_storage.CTRL.SOFT_RESET.value <= 1'h0;
        end else begin
            if(field_combo.CTRL.SOFT_RESET.load_next) begin
                field_storage.CTRL.SOFT_RESET.value <= field_combo.CTRL.SOFT_RESET.next;
            end
        end
    end
    assign hwif_out.CTRL.SOFT_RESET.value = field_storage.CTRL.SOFT_RESET.value;
    assign hwif_out.WDOG.CYCLES.value = field_storage.WDOG.CYCLES.value;
    // Field: dma.PMU_CTRL.SNAPSHOT
    always_comb begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        next_c = field_storage.PMU_CTRL.SNAPSHOT.value;
        load_next_c = '0;
        if(decoded_reg_strb.PMU_CTRL && decoded_req_is_wr) begin // SW write
            next_c = (field_storage.PMU_CTRL.SNAPSHOT.value & ~decoded_wr_biten[1:1]) | (decoded_wr_data[1:1] & decoded_wr_biten[1:1]);
            load_next_c = '1;
        end else begin // singlepulse clears back to 0
            next_c = '0;
            load_next_c = '1;
        end
        field_combo.PMU_CTRL.SNAPSHOT.next = next_c;
        field_combo.PMU_CTRL.SNAPSHOT.load_next = load_next_c;
    end
    always_ff @(posedge clk) begin
        if(hwif_in.core_reset) begin
            field_storage.PMU_CTRL.SNAPSHOT.value <= 1'h0;
        end else begin
            if(field_combo.PMU_CTRL.SNAPSHOT.load_next) begin
                field_storage.PMU_CTRL.SNAPSHOT.value <= field_combo.PMU_CTRL.SNAPSHOT.next;
            end
        end
    end
    assign hwif_out.PMU_CTRL.SNAPSHOT.value = field_storage.PMU_CTRL.SNAPSHOT.value;
    // Field: dma.PMU_CTRL.CLEAR
    always_comb begin
        automatic logic [0:0] next_c;
        automatic logic load_next_c;
        next_c = field_storage.PMU_CTRL.CLEAR.value;
        load_next_c = '0;
        if(decoded_reg_strb.PMU_CTRL && decoded_req_is_wr) begin // SW write
            next_c = (field_storage.PMU_CTRL.CLEAR.value & ~decoded_wr_biten[2:2]) | (decoded_wr_data[2:2] & decoded_wr_biten[2:2]);
            load_next_c = '1;
        end else begin // singlepulse clears back to 0
            next_c = '0;
            load_next_c = '1;
        end
        field_combo.PMU_CTRL.CLEAR.next = next_c;
        field_combo.PMU_CTRL.CLEAR.load_next = load_next_c;
    end
    always_ff @(posedge clk) begin
        if(hwif_in.core_reset) begin
            field_storage.PMU_CTRL.CLEAR.value <= 1'h0;
        end else begin
            if(field_combo.PMU_CTRL.CLEAR.load_next) begin
                field_storage.PMU_CTRL.CLEAR.value <= field_combo.PMU_CTRL.CLEAR.next;
            end
        end
    end
    assign hwif_out.PMU_CTRL.CLEAR.value = field_storage.PMU_CTRL.CLEAR.value;
    // Fields that only software writes.
    always_ff @(posedge clk) begin
        if(hwif_in.core_reset) begin
            field_storage.CTRL.ENABLE.value <= 1'h0;
            field_storage.SCRATCH.VALUE.value <= 32'h0;
            field_storage.WDOG.CYCLES.value <= 32'h0;
        end else if(decoded_req && decoded_req_is_wr) begin
            if(decoded_reg_strb.CTRL && decoded_req_is_wr) field_storage.CTRL.ENABLE.value <= (field_storage.CTRL.ENABLE.value & ~decoded_wr_biten[0:0]) | (decoded_wr_data[0:0] & decoded_wr_biten[0:0]);
            if(decoded_reg_strb.SCRATCH && decoded_req_is_wr) field_storage.SCRATCH.VALUE.value <= (field_storage.SCRATCH.VALUE.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
            if(decoded_reg_strb.WDOG && decoded_req_is_wr) field_storage.WDOG.CYCLES.value <= (field_storage.WDOG.CYCLES.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
        end
    end
    for(genvar i0=0; i0<2; i0++) begin
        // Field: dma.ch[].CMD.START
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].CMD.START.value;
            load_next_c = '0;
            if(decoded_reg_strb.ch[i0].CMD && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.ch[i0].CMD.START.value & ~decoded_wr_biten[0:0]) | (decoded_wr_data[0:0] & decoded_wr_biten[0:0]);
                load_next_c = '1;
            end else begin // singlepulse clears back to 0
                next_c = '0;
                load_next_c = '1;
            end
            field_combo.ch[i0].CMD.START.next = next_c;
            field_combo.ch[i0].CMD.START.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].CMD.START.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].CMD.START.load_next) begin
                    field_storage.ch[i0].CMD.START.value <= field_combo.ch[i0].CMD.START.next;
                end
            end
        end
        assign hwif_out.ch[i0].CMD.START.value = field_storage.ch[i0].CMD.START.value;
        // Field: dma.ch[].CMD.PAUSE
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].CMD.PAUSE.value;
            load_next_c = '0;
            if(decoded_reg_strb.ch[i0].CMD && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.ch[i0].CMD.PAUSE.value & ~decoded_wr_biten[1:1]) | (decoded_wr_data[1:1] & decoded_wr_biten[1:1]);
                load_next_c = '1;
            end else begin // singlepulse clears back to 0
                next_c = '0;
                load_next_c = '1;
            end
            field_combo.ch[i0].CMD.PAUSE.next = next_c;
            field_combo.ch[i0].CMD.PAUSE.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].CMD.PAUSE.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].CMD.PAUSE.load_next) begin
                    field_storage.ch[i0].CMD.PAUSE.value <= field_combo.ch[i0].CMD.PAUSE.next;
                end
            end
        end
        assign hwif_out.ch[i0].CMD.PAUSE.value = field_storage.ch[i0].CMD.PAUSE.value;
        // Field: dma.ch[].CMD.RESUME
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].CMD.RESUME.value;
            load_next_c = '0;
            if(decoded_reg_strb.ch[i0].CMD && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.ch[i0].CMD.RESUME.value & ~decoded_wr_biten[2:2]) | (decoded_wr_data[2:2] & decoded_wr_biten[2:2]);
                load_next_c = '1;
            end else begin // singlepulse clears back to 0
                next_c = '0;
                load_next_c = '1;
            end
            field_combo.ch[i0].CMD.RESUME.next = next_c;
            field_combo.ch[i0].CMD.RESUME.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].CMD.RESUME.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].CMD.RESUME.load_next) begin
                    field_storage.ch[i0].CMD.RESUME.value <= field_combo.ch[i0].CMD.RESUME.next;
                end
            end
        end
        assign hwif_out.ch[i0].CMD.RESUME.value = field_storage.ch[i0].CMD.RESUME.value;
        // Field: dma.ch[].CMD.STOP
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].CMD.STOP.value;
            load_next_c = '0;
            if(decoded_reg_strb.ch[i0].CMD && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.ch[i0].CMD.STOP.value & ~decoded_wr_biten[3:3]) | (decoded_wr_data[3:3] & decoded_wr_biten[3:3]);
                load_next_c = '1;
            end else begin // singlepulse clears back to 0
                next_c = '0;
                load_next_c = '1;
            end
            field_combo.ch[i0].CMD.STOP.next = next_c;
            field_combo.ch[i0].CMD.STOP.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].CMD.STOP.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].CMD.STOP.load_next) begin
                    field_storage.ch[i0].CMD.STOP.value <= field_combo.ch[i0].CMD.STOP.next;
                end
            end
        end
        assign hwif_out.ch[i0].CMD.STOP.value = field_storage.ch[i0].CMD.STOP.value;
        // Field: dma.ch[].CMD.ABORT
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].CMD.ABORT.value;
            load_next_c = '0;
            if(decoded_reg_strb.ch[i0].CMD && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.ch[i0].CMD.ABORT.value & ~decoded_wr_biten[4:4]) | (decoded_wr_data[4:4] & decoded_wr_biten[4:4]);
                load_next_c = '1;
            end else begin // singlepulse clears back to 0
                next_c = '0;
                load_next_c = '1;
            end
            field_combo.ch[i0].CMD.ABORT.next = next_c;
            field_combo.ch[i0].CMD.ABORT.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].CMD.ABORT.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].CMD.ABORT.load_next) begin
                    field_storage.ch[i0].CMD.ABORT.value <= field_combo.ch[i0].CMD.ABORT.next;
                end
            end
        end
        assign hwif_out.ch[i0].CMD.ABORT.value = field_storage.ch[i0].CMD.ABORT.value;
        // Field: dma.ch[].CMD.CLEAR
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].CMD.CLEAR.value;
            load_next_c = '0;
            if(decoded_reg_strb.ch[i0].CMD && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.ch[i0].CMD.CLEAR.value & ~decoded_wr_biten[5:5]) | (decoded_wr_data[5:5] & decoded_wr_biten[5:5]);
                load_next_c = '1;
            end else begin // singlepulse clears back to 0
                next_c = '0;
                load_next_c = '1;
            end
            field_combo.ch[i0].CMD.CLEAR.next = next_c;
            field_combo.ch[i0].CMD.CLEAR.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].CMD.CLEAR.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].CMD.CLEAR.load_next) begin
                    field_storage.ch[i0].CMD.CLEAR.value <= field_combo.ch[i0].CMD.CLEAR.next;
                end
            end
        end
        assign hwif_out.ch[i0].CMD.CLEAR.value = field_storage.ch[i0].CMD.CLEAR.value;
        // Field: dma.ch[].STATUS.DONE
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].STATUS.DONE.value;
            load_next_c = '0;
            if(hwif_in.ch[i0].STATUS.DONE.next) begin // stickybit
                next_c = '1;
                load_next_c = '1;
            end else if(hwif_in.ch[i0].clear) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end else if(decoded_reg_strb.ch[i0].STATUS && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.ch[i0].STATUS.DONE.value & ~(decoded_wr_data[8:8] & decoded_wr_biten[8:8]);
                load_next_c = '1;
            end
            field_combo.ch[i0].STATUS.DONE.next = next_c;
            field_combo.ch[i0].STATUS.DONE.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].STATUS.DONE.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].STATUS.DONE.load_next) begin
                    field_storage.ch[i0].STATUS.DONE.value <= field_combo.ch[i0].STATUS.DONE.next;
                end
            end
        end
        assign hwif_out.ch[i0].STATUS.DONE.value = field_storage.ch[i0].STATUS.DONE.value;
        // Field: dma.ch[].STATUS.ERR
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].STATUS.ERR.value;
            load_next_c = '0;
            if(hwif_in.ch[i0].STATUS.ERR.next) begin // stickybit
                next_c = '1;
                load_next_c = '1;
            end else if(hwif_in.ch[i0].clear) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end else if(decoded_reg_strb.ch[i0].STATUS && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.ch[i0].STATUS.ERR.value & ~(decoded_wr_data[9:9] & decoded_wr_biten[9:9]);
                load_next_c = '1;
            end
            field_combo.ch[i0].STATUS.ERR.next = next_c;
            field_combo.ch[i0].STATUS.ERR.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].STATUS.ERR.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].STATUS.ERR.load_next) begin
                    field_storage.ch[i0].STATUS.ERR.value <= field_combo.ch[i0].STATUS.ERR.next;
                end
            end
        end
        assign hwif_out.ch[i0].STATUS.ERR.value = field_storage.ch[i0].STATUS.ERR.value;
        // Field: dma.ch[].STATUS.EMPTY
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].STATUS.EMPTY.value;
            load_next_c = '0;
            if(hwif_in.ch[i0].STATUS.EMPTY.next) begin // stickybit
                next_c = '1;
                load_next_c = '1;
            end else if(hwif_in.ch[i0].clear) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end else if(decoded_reg_strb.ch[i0].STATUS && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.ch[i0].STATUS.EMPTY.value & ~(decoded_wr_data[10:10] & decoded_wr_biten[10:10]);
                load_next_c = '1;
            end
            field_combo.ch[i0].STATUS.EMPTY.next = next_c;
            field_combo.ch[i0].STATUS.EMPTY.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].STATUS.EMPTY.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].STATUS.EMPTY.load_next) begin
                    field_storage.ch[i0].STATUS.EMPTY.value <= field_combo.ch[i0].STATUS.EMPTY.next;
                end
            end
        end
        assign hwif_out.ch[i0].STATUS.EMPTY.value = field_storage.ch[i0].STATUS.EMPTY.value;
        // Field: dma.ch[].STATUS.PERIOD
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].STATUS.PERIOD.value;
            load_next_c = '0;
            if(hwif_in.ch[i0].STATUS.PERIOD.next) begin // stickybit
                next_c = '1;
                load_next_c = '1;
            end else if(hwif_in.ch[i0].clear) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end else if(decoded_reg_strb.ch[i0].STATUS && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.ch[i0].STATUS.PERIOD.value & ~(decoded_wr_data[11:11] & decoded_wr_biten[11:11]);
                load_next_c = '1;
            end
            field_combo.ch[i0].STATUS.PERIOD.next = next_c;
            field_combo.ch[i0].STATUS.PERIOD.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].STATUS.PERIOD.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].STATUS.PERIOD.load_next) begin
                    field_storage.ch[i0].STATUS.PERIOD.value <= field_combo.ch[i0].STATUS.PERIOD.next;
                end
            end
        end
        assign hwif_out.ch[i0].STATUS.PERIOD.value = field_storage.ch[i0].STATUS.PERIOD.value;
        // Field: dma.ch[].STATUS.ABORTED
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].STATUS.ABORTED.value;
            load_next_c = '0;
            if(hwif_in.ch[i0].STATUS.ABORTED.next) begin // stickybit
                next_c = '1;
                load_next_c = '1;
            end else if(hwif_in.ch[i0].clear) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end else if(decoded_reg_strb.ch[i0].STATUS && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.ch[i0].STATUS.ABORTED.value & ~(decoded_wr_data[12:12] & decoded_wr_biten[12:12]);
                load_next_c = '1;
            end
            field_combo.ch[i0].STATUS.ABORTED.next = next_c;
            field_combo.ch[i0].STATUS.ABORTED.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].STATUS.ABORTED.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].STATUS.ABORTED.load_next) begin
                    field_storage.ch[i0].STATUS.ABORTED.value <= field_combo.ch[i0].STATUS.ABORTED.next;
                end
            end
        end
        assign hwif_out.ch[i0].STATUS.ABORTED.value = field_storage.ch[i0].STATUS.ABORTED.value;
        // Field: dma.ch[].STATUS.STOPPED
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].STATUS.STOPPED.value;
            load_next_c = '0;
            if(hwif_in.ch[i0].STATUS.STOPPED.next) begin // stickybit
                next_c = '1;
                load_next_c = '1;
            end else if(hwif_in.ch[i0].clear) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end else if(decoded_reg_strb.ch[i0].STATUS && decoded_req_is_wr) begin // SW write 1 clear
                next_c = field_storage.ch[i0].STATUS.STOPPED.value & ~(decoded_wr_data[13:13] & decoded_wr_biten[13:13]);
                load_next_c = '1;
            end
            field_combo.ch[i0].STATUS.STOPPED.next = next_c;
            field_combo.ch[i0].STATUS.STOPPED.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].STATUS.STOPPED.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].STATUS.STOPPED.load_next) begin
                    field_storage.ch[i0].STATUS.STOPPED.value <= field_combo.ch[i0].STATUS.STOPPED.next;
                end
            end
        end
        assign hwif_out.ch[i0].STATUS.STOPPED.value = field_storage.ch[i0].STATUS.STOPPED.value;
        assign hwif_out.ch[i0].IRQ_EN.DONE.value = field_storage.ch[i0].IRQ_EN.DONE.value;
        assign hwif_out.ch[i0].IRQ_EN.ERR.value = field_storage.ch[i0].IRQ_EN.ERR.value;
        assign hwif_out.ch[i0].IRQ_EN.EMPTY.value = field_storage.ch[i0].IRQ_EN.EMPTY.value;
        assign hwif_out.ch[i0].IRQ_EN.PERIOD.value = field_storage.ch[i0].IRQ_EN.PERIOD.value;
        assign hwif_out.ch[i0].IRQ_EN.ABORTED.value = field_storage.ch[i0].IRQ_EN.ABORTED.value;
        assign hwif_out.ch[i0].IRQ_EN.STOPPED.value = field_storage.ch[i0].IRQ_EN.STOPPED.value;
        assign hwif_out.ch[i0].CFG.MODE.value = field_storage.ch[i0].CFG.MODE.value;
        assign hwif_out.ch[i0].CFG.CYCLIC.value = field_storage.ch[i0].CFG.CYCLIC.value;
        assign hwif_out.ch[i0].CFG.WB_EN.value = field_storage.ch[i0].CFG.WB_EN.value;
        assign hwif_out.ch[i0].CFG.DESC_STRIDE.value = field_storage.ch[i0].CFG.DESC_STRIDE.value;
        assign hwif_out.ch[i0].CFG.PREFETCH.value = field_storage.ch[i0].CFG.PREFETCH.value;
        assign hwif_out.ch[i0].CFG.MAX_LEN.value = field_storage.ch[i0].CFG.MAX_LEN.value;
        assign hwif_out.ch[i0].CFG.OP.value = field_storage.ch[i0].CFG.OP.value;
        assign hwif_out.ch[i0].CFG.OUT_LIMIT.value = field_storage.ch[i0].CFG.OUT_LIMIT.value;
        assign hwif_out.ch[i0].CFG.IRQ_EARLY.value = field_storage.ch[i0].CFG.IRQ_EARLY.value;
        assign hwif_out.ch[i0].CFG.DEV_SINGLE.value = field_storage.ch[i0].CFG.DEV_SINGLE.value;
        assign hwif_out.ch[i0].CFG.WRITE_LINE.value = field_storage.ch[i0].CFG.WRITE_LINE.value;
        assign hwif_out.ch[i0].CFG.FI_NO_STALE.value = field_storage.ch[i0].CFG.FI_NO_STALE.value;
        assign hwif_out.ch[i0].CFG.FI_EARLY_STATUS.value = field_storage.ch[i0].CFG.FI_EARLY_STATUS.value;
        assign hwif_out.ch[i0].COALESCE.THRESHOLD.value = field_storage.ch[i0].COALESCE.THRESHOLD.value;
        assign hwif_out.ch[i0].COALESCE.TIMEOUT.value = field_storage.ch[i0].COALESCE.TIMEOUT.value;
        assign hwif_out.ch[i0].SRC_LO.ADDR.value = field_storage.ch[i0].SRC_LO.ADDR.value;
        assign hwif_out.ch[i0].SRC_HI.ADDR.value = field_storage.ch[i0].SRC_HI.ADDR.value;
        assign hwif_out.ch[i0].DST_LO.ADDR.value = field_storage.ch[i0].DST_LO.ADDR.value;
        assign hwif_out.ch[i0].DST_HI.ADDR.value = field_storage.ch[i0].DST_HI.ADDR.value;
        assign hwif_out.ch[i0].LEN.BYTES.value = field_storage.ch[i0].LEN.BYTES.value;
        assign hwif_out.ch[i0].ROWS.ROWS.value = field_storage.ch[i0].ROWS.ROWS.value;
        assign hwif_out.ch[i0].SSTRIDE.STRIDE.value = field_storage.ch[i0].SSTRIDE.STRIDE.value;
        assign hwif_out.ch[i0].DSTRIDE.STRIDE.value = field_storage.ch[i0].DSTRIDE.STRIDE.value;
        assign hwif_out.ch[i0].FILL.VALUE.value = field_storage.ch[i0].FILL.VALUE.value;
        assign hwif_out.ch[i0].ATTR_SRC.CACHE.value = field_storage.ch[i0].ATTR_SRC.CACHE.value;
        assign hwif_out.ch[i0].ATTR_SRC.PROT.value = field_storage.ch[i0].ATTR_SRC.PROT.value;
        assign hwif_out.ch[i0].ATTR_SRC.COHERENT.value = field_storage.ch[i0].ATTR_SRC.COHERENT.value;
        assign hwif_out.ch[i0].ATTR_SRC.DOMAIN.value = field_storage.ch[i0].ATTR_SRC.DOMAIN.value;
        assign hwif_out.ch[i0].ATTR_SRC.QOS.value = field_storage.ch[i0].ATTR_SRC.QOS.value;
        assign hwif_out.ch[i0].ATTR_SRC.LOCK.value = field_storage.ch[i0].ATTR_SRC.LOCK.value;
        assign hwif_out.ch[i0].ATTR_DST.CACHE.value = field_storage.ch[i0].ATTR_DST.CACHE.value;
        assign hwif_out.ch[i0].ATTR_DST.PROT.value = field_storage.ch[i0].ATTR_DST.PROT.value;
        assign hwif_out.ch[i0].ATTR_DST.COHERENT.value = field_storage.ch[i0].ATTR_DST.COHERENT.value;
        assign hwif_out.ch[i0].ATTR_DST.DOMAIN.value = field_storage.ch[i0].ATTR_DST.DOMAIN.value;
        assign hwif_out.ch[i0].ATTR_DST.QOS.value = field_storage.ch[i0].ATTR_DST.QOS.value;
        assign hwif_out.ch[i0].ATTR_DST.LOCK.value = field_storage.ch[i0].ATTR_DST.LOCK.value;
        assign hwif_out.ch[i0].ATTR_DESC.CACHE.value = field_storage.ch[i0].ATTR_DESC.CACHE.value;
        assign hwif_out.ch[i0].ATTR_DESC.PROT.value = field_storage.ch[i0].ATTR_DESC.PROT.value;
        assign hwif_out.ch[i0].ATTR_DESC.COHERENT.value = field_storage.ch[i0].ATTR_DESC.COHERENT.value;
        assign hwif_out.ch[i0].ATTR_DESC.DOMAIN.value = field_storage.ch[i0].ATTR_DESC.DOMAIN.value;
        assign hwif_out.ch[i0].ATTR_DESC.QOS.value = field_storage.ch[i0].ATTR_DESC.QOS.value;
        assign hwif_out.ch[i0].ATTR_DESC.LOCK.value = field_storage.ch[i0].ATTR_DESC.LOCK.value;
        assign hwif_out.ch[i0].DESC_BASE_LO.ADDR.value = field_storage.ch[i0].DESC_BASE_LO.ADDR.value;
        assign hwif_out.ch[i0].DESC_BASE_LO.ADDR.swmod = decoded_reg_strb.ch[i0].DESC_BASE_LO && decoded_req_is_wr && |(decoded_wr_biten[31:0]);
        assign hwif_out.ch[i0].DESC_BASE_HI.ADDR.value = field_storage.ch[i0].DESC_BASE_HI.ADDR.value;
        assign hwif_out.ch[i0].RING_LEN.COUNT.value = field_storage.ch[i0].RING_LEN.COUNT.value;
        // Field: dma.ch[].TAIL.INDEX
        always_comb begin
            automatic logic [15:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].TAIL.INDEX.value;
            load_next_c = '0;
            if(decoded_reg_strb.ch[i0].TAIL && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.ch[i0].TAIL.INDEX.value & ~decoded_wr_biten[15:0]) | (decoded_wr_data[15:0] & decoded_wr_biten[15:0]);
                load_next_c = '1;
            end else if(hwif_in.ch[i0].rewind) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            field_combo.ch[i0].TAIL.INDEX.next = next_c;
            field_combo.ch[i0].TAIL.INDEX.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].TAIL.INDEX.value <= 16'h0;
            end else begin
                if(field_combo.ch[i0].TAIL.INDEX.load_next) begin
                    field_storage.ch[i0].TAIL.INDEX.value <= field_combo.ch[i0].TAIL.INDEX.next;
                end
            end
        end
        assign hwif_out.ch[i0].TAIL.INDEX.value = field_storage.ch[i0].TAIL.INDEX.value;
        assign hwif_out.ch[i0].TAIL.INDEX.swmod = decoded_reg_strb.ch[i0].TAIL && decoded_req_is_wr && |(decoded_wr_biten[15:0]);
        // Field: dma.ch[].TAIL.LAP
        always_comb begin
            automatic logic [0:0] next_c;
            automatic logic load_next_c;
            next_c = field_storage.ch[i0].TAIL.LAP.value;
            load_next_c = '0;
            if(decoded_reg_strb.ch[i0].TAIL && decoded_req_is_wr) begin // SW write
                next_c = (field_storage.ch[i0].TAIL.LAP.value & ~decoded_wr_biten[31:31]) | (decoded_wr_data[31:31] & decoded_wr_biten[31:31]);
                load_next_c = '1;
            end else if(hwif_in.ch[i0].rewind) begin // HW Clear
                next_c = '0;
                load_next_c = '1;
            end
            field_combo.ch[i0].TAIL.LAP.next = next_c;
            field_combo.ch[i0].TAIL.LAP.load_next = load_next_c;
        end
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].TAIL.LAP.value <= 1'h0;
            end else begin
                if(field_combo.ch[i0].TAIL.LAP.load_next) begin
                    field_storage.ch[i0].TAIL.LAP.value <= field_combo.ch[i0].TAIL.LAP.next;
                end
            end
        end
        assign hwif_out.ch[i0].TAIL.LAP.value = field_storage.ch[i0].TAIL.LAP.value;
        assign hwif_out.ch[i0].ERR_ADDR_LO.ADDR.swacc = decoded_reg_strb.ch[i0].ERR_ADDR_LO;
        // Fields that only software writes.
        always_ff @(posedge clk) begin
            if(hwif_in.core_reset) begin
                field_storage.ch[i0].IRQ_EN.DONE.value <= 1'h0;
                field_storage.ch[i0].IRQ_EN.ERR.value <= 1'h0;
                field_storage.ch[i0].IRQ_EN.EMPTY.value <= 1'h0;
                field_storage.ch[i0].IRQ_EN.PERIOD.value <= 1'h0;
                field_storage.ch[i0].IRQ_EN.ABORTED.value <= 1'h0;
                field_storage.ch[i0].IRQ_EN.STOPPED.value <= 1'h0;
                field_storage.ch[i0].CFG.MODE.value <= 2'h0;
                field_storage.ch[i0].CFG.CYCLIC.value <= 1'h0;
                field_storage.ch[i0].CFG.WB_EN.value <= 1'h1;
                field_storage.ch[i0].CFG.DESC_STRIDE.value <= 2'h0;
                field_storage.ch[i0].CFG.PREFETCH.value <= 2'h0;
                field_storage.ch[i0].CFG.MAX_LEN.value <= 8'hf;
                field_storage.ch[i0].CFG.OP.value <= 4'h1;
                field_storage.ch[i0].CFG.OUT_LIMIT.value <= 5'h0;
                field_storage.ch[i0].CFG.IRQ_EARLY.value <= 1'h0;
                field_storage.ch[i0].CFG.DEV_SINGLE.value <= 1'h0;
                field_storage.ch[i0].CFG.WRITE_LINE.value <= 1'h0;
                field_storage.ch[i0].CFG.FI_NO_STALE.value <= 1'h0;
                field_storage.ch[i0].CFG.FI_EARLY_STATUS.value <= 1'h0;
                field_storage.ch[i0].COALESCE.THRESHOLD.value <= 8'h0;
                field_storage.ch[i0].COALESCE.TIMEOUT.value <= 16'h0;
                field_storage.ch[i0].SRC_LO.ADDR.value <= 32'h0;
                field_storage.ch[i0].SRC_HI.ADDR.value <= 32'h0;
                field_storage.ch[i0].DST_LO.ADDR.value <= 32'h0;
                field_storage.ch[i0].DST_HI.ADDR.value <= 32'h0;
                field_storage.ch[i0].LEN.BYTES.value <= 32'h0;
                field_storage.ch[i0].ROWS.ROWS.value <= 16'h0;
                field_storage.ch[i0].SSTRIDE.STRIDE.value <= 32'h0;
                field_storage.ch[i0].DSTRIDE.STRIDE.value <= 32'h0;
                field_storage.ch[i0].FILL.VALUE.value <= 32'h0;
                field_storage.ch[i0].ATTR_SRC.CACHE.value <= 4'h3;
                field_storage.ch[i0].ATTR_SRC.PROT.value <= 3'h2;
                field_storage.ch[i0].ATTR_SRC.COHERENT.value <= 1'h0;
                field_storage.ch[i0].ATTR_SRC.DOMAIN.value <= 2'h3;
                field_storage.ch[i0].ATTR_SRC.QOS.value <= 4'h0;
                field_storage.ch[i0].ATTR_SRC.LOCK.value <= 1'h0;
                field_storage.ch[i0].ATTR_DST.CACHE.value <= 4'h3;
                field_storage.ch[i0].ATTR_DST.PROT.value <= 3'h2;
                field_storage.ch[i0].ATTR_DST.COHERENT.value <= 1'h0;
                field_storage.ch[i0].ATTR_DST.DOMAIN.value <= 2'h3;
                field_storage.ch[i0].ATTR_DST.QOS.value <= 4'h0;
                field_storage.ch[i0].ATTR_DST.LOCK.value <= 1'h0;
                field_storage.ch[i0].ATTR_DESC.CACHE.value <= 4'h3;
                field_storage.ch[i0].ATTR_DESC.PROT.value <= 3'h2;
                field_storage.ch[i0].ATTR_DESC.COHERENT.value <= 1'h0;
                field_storage.ch[i0].ATTR_DESC.DOMAIN.value <= 2'h3;
                field_storage.ch[i0].ATTR_DESC.QOS.value <= 4'h0;
                field_storage.ch[i0].ATTR_DESC.LOCK.value <= 1'h0;
                field_storage.ch[i0].DESC_BASE_LO.ADDR.value <= 32'h0;
                field_storage.ch[i0].DESC_BASE_HI.ADDR.value <= 32'h0;
                field_storage.ch[i0].RING_LEN.COUNT.value <= 16'h0;
            end else if(decoded_req && decoded_req_is_wr) begin
                if(decoded_reg_strb.ch[i0].IRQ_EN && decoded_req_is_wr) field_storage.ch[i0].IRQ_EN.DONE.value <= (field_storage.ch[i0].IRQ_EN.DONE.value & ~decoded_wr_biten[8:8]) | (decoded_wr_data[8:8] & decoded_wr_biten[8:8]);
                if(decoded_reg_strb.ch[i0].IRQ_EN && decoded_req_is_wr) field_storage.ch[i0].IRQ_EN.ERR.value <= (field_storage.ch[i0].IRQ_EN.ERR.value & ~decoded_wr_biten[9:9]) | (decoded_wr_data[9:9] & decoded_wr_biten[9:9]);
                if(decoded_reg_strb.ch[i0].IRQ_EN && decoded_req_is_wr) field_storage.ch[i0].IRQ_EN.EMPTY.value <= (field_storage.ch[i0].IRQ_EN.EMPTY.value & ~decoded_wr_biten[10:10]) | (decoded_wr_data[10:10] & decoded_wr_biten[10:10]);
                if(decoded_reg_strb.ch[i0].IRQ_EN && decoded_req_is_wr) field_storage.ch[i0].IRQ_EN.PERIOD.value <= (field_storage.ch[i0].IRQ_EN.PERIOD.value & ~decoded_wr_biten[11:11]) | (decoded_wr_data[11:11] & decoded_wr_biten[11:11]);
                if(decoded_reg_strb.ch[i0].IRQ_EN && decoded_req_is_wr) field_storage.ch[i0].IRQ_EN.ABORTED.value <= (field_storage.ch[i0].IRQ_EN.ABORTED.value & ~decoded_wr_biten[12:12]) | (decoded_wr_data[12:12] & decoded_wr_biten[12:12]);
                if(decoded_reg_strb.ch[i0].IRQ_EN && decoded_req_is_wr) field_storage.ch[i0].IRQ_EN.STOPPED.value <= (field_storage.ch[i0].IRQ_EN.STOPPED.value & ~decoded_wr_biten[13:13]) | (decoded_wr_data[13:13] & decoded_wr_biten[13:13]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.MODE.value <= (field_storage.ch[i0].CFG.MODE.value & ~decoded_wr_biten[1:0]) | (decoded_wr_data[1:0] & decoded_wr_biten[1:0]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.CYCLIC.value <= (field_storage.ch[i0].CFG.CYCLIC.value & ~decoded_wr_biten[2:2]) | (decoded_wr_data[2:2] & decoded_wr_biten[2:2]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.WB_EN.value <= (field_storage.ch[i0].CFG.WB_EN.value & ~decoded_wr_biten[3:3]) | (decoded_wr_data[3:3] & decoded_wr_biten[3:3]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.DESC_STRIDE.value <= (field_storage.ch[i0].CFG.DESC_STRIDE.value & ~decoded_wr_biten[5:4]) | (decoded_wr_data[5:4] & decoded_wr_biten[5:4]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.PREFETCH.value <= (field_storage.ch[i0].CFG.PREFETCH.value & ~decoded_wr_biten[7:6]) | (decoded_wr_data[7:6] & decoded_wr_biten[7:6]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.MAX_LEN.value <= (field_storage.ch[i0].CFG.MAX_LEN.value & ~decoded_wr_biten[15:8]) | (decoded_wr_data[15:8] & decoded_wr_biten[15:8]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.OP.value <= (field_storage.ch[i0].CFG.OP.value & ~decoded_wr_biten[19:16]) | (decoded_wr_data[19:16] & decoded_wr_biten[19:16]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.OUT_LIMIT.value <= (field_storage.ch[i0].CFG.OUT_LIMIT.value & ~decoded_wr_biten[24:20]) | (decoded_wr_data[24:20] & decoded_wr_biten[24:20]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.IRQ_EARLY.value <= (field_storage.ch[i0].CFG.IRQ_EARLY.value & ~decoded_wr_biten[25:25]) | (decoded_wr_data[25:25] & decoded_wr_biten[25:25]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.DEV_SINGLE.value <= (field_storage.ch[i0].CFG.DEV_SINGLE.value & ~decoded_wr_biten[26:26]) | (decoded_wr_data[26:26] & decoded_wr_biten[26:26]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.WRITE_LINE.value <= (field_storage.ch[i0].CFG.WRITE_LINE.value & ~decoded_wr_biten[27:27]) | (decoded_wr_data[27:27] & decoded_wr_biten[27:27]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.FI_NO_STALE.value <= (field_storage.ch[i0].CFG.FI_NO_STALE.value & ~decoded_wr_biten[28:28]) | (decoded_wr_data[28:28] & decoded_wr_biten[28:28]);
                if(decoded_reg_strb.ch[i0].CFG && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].CFG.FI_EARLY_STATUS.value <= (field_storage.ch[i0].CFG.FI_EARLY_STATUS.value & ~decoded_wr_biten[29:29]) | (decoded_wr_data[29:29] & decoded_wr_biten[29:29]);
                if(decoded_reg_strb.ch[i0].COALESCE && decoded_req_is_wr) field_storage.ch[i0].COALESCE.THRESHOLD.value <= (field_storage.ch[i0].COALESCE.THRESHOLD.value & ~decoded_wr_biten[7:0]) | (decoded_wr_data[7:0] & decoded_wr_biten[7:0]);
                if(decoded_reg_strb.ch[i0].COALESCE && decoded_req_is_wr) field_storage.ch[i0].COALESCE.TIMEOUT.value <= (field_storage.ch[i0].COALESCE.TIMEOUT.value & ~decoded_wr_biten[31:16]) | (decoded_wr_data[31:16] & decoded_wr_biten[31:16]);
                if(decoded_reg_strb.ch[i0].SRC_LO && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].SRC_LO.ADDR.value <= (field_storage.ch[i0].SRC_LO.ADDR.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                if(decoded_reg_strb.ch[i0].SRC_HI && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].SRC_HI.ADDR.value <= (field_storage.ch[i0].SRC_HI.ADDR.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                if(decoded_reg_strb.ch[i0].DST_LO && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].DST_LO.ADDR.value <= (field_storage.ch[i0].DST_LO.ADDR.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                if(decoded_reg_strb.ch[i0].DST_HI && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].DST_HI.ADDR.value <= (field_storage.ch[i0].DST_HI.ADDR.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                if(decoded_reg_strb.ch[i0].LEN && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].LEN.BYTES.value <= (field_storage.ch[i0].LEN.BYTES.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                if(decoded_reg_strb.ch[i0].ROWS && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ROWS.ROWS.value <= (field_storage.ch[i0].ROWS.ROWS.value & ~decoded_wr_biten[15:0]) | (decoded_wr_data[15:0] & decoded_wr_biten[15:0]);
                if(decoded_reg_strb.ch[i0].SSTRIDE && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].SSTRIDE.STRIDE.value <= (field_storage.ch[i0].SSTRIDE.STRIDE.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                if(decoded_reg_strb.ch[i0].DSTRIDE && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].DSTRIDE.STRIDE.value <= (field_storage.ch[i0].DSTRIDE.STRIDE.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                if(decoded_reg_strb.ch[i0].FILL && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].FILL.VALUE.value <= (field_storage.ch[i0].FILL.VALUE.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                if(decoded_reg_strb.ch[i0].ATTR_SRC && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_SRC.CACHE.value <= (field_storage.ch[i0].ATTR_SRC.CACHE.value & ~decoded_wr_biten[3:0]) | (decoded_wr_data[3:0] & decoded_wr_biten[3:0]);
                if(decoded_reg_strb.ch[i0].ATTR_SRC && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_SRC.PROT.value <= (field_storage.ch[i0].ATTR_SRC.PROT.value & ~decoded_wr_biten[6:4]) | (decoded_wr_data[6:4] & decoded_wr_biten[6:4]);
                if(decoded_reg_strb.ch[i0].ATTR_SRC && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_SRC.COHERENT.value <= (field_storage.ch[i0].ATTR_SRC.COHERENT.value & ~decoded_wr_biten[7:7]) | (decoded_wr_data[7:7] & decoded_wr_biten[7:7]);
                if(decoded_reg_strb.ch[i0].ATTR_SRC && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_SRC.DOMAIN.value <= (field_storage.ch[i0].ATTR_SRC.DOMAIN.value & ~decoded_wr_biten[9:8]) | (decoded_wr_data[9:8] & decoded_wr_biten[9:8]);
                if(decoded_reg_strb.ch[i0].ATTR_SRC && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_SRC.QOS.value <= (field_storage.ch[i0].ATTR_SRC.QOS.value & ~decoded_wr_biten[15:12]) | (decoded_wr_data[15:12] & decoded_wr_biten[15:12]);
                if(decoded_reg_strb.ch[i0].ATTR_SRC && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_SRC.LOCK.value <= (field_storage.ch[i0].ATTR_SRC.LOCK.value & ~decoded_wr_biten[31:31]) | (decoded_wr_data[31:31] & decoded_wr_biten[31:31]);
                if(decoded_reg_strb.ch[i0].ATTR_DST && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_DST.CACHE.value <= (field_storage.ch[i0].ATTR_DST.CACHE.value & ~decoded_wr_biten[3:0]) | (decoded_wr_data[3:0] & decoded_wr_biten[3:0]);
                if(decoded_reg_strb.ch[i0].ATTR_DST && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_DST.PROT.value <= (field_storage.ch[i0].ATTR_DST.PROT.value & ~decoded_wr_biten[6:4]) | (decoded_wr_data[6:4] & decoded_wr_biten[6:4]);
                if(decoded_reg_strb.ch[i0].ATTR_DST && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_DST.COHERENT.value <= (field_storage.ch[i0].ATTR_DST.COHERENT.value & ~decoded_wr_biten[7:7]) | (decoded_wr_data[7:7] & decoded_wr_biten[7:7]);
                if(decoded_reg_strb.ch[i0].ATTR_DST && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_DST.DOMAIN.value <= (field_storage.ch[i0].ATTR_DST.DOMAIN.value & ~decoded_wr_biten[9:8]) | (decoded_wr_data[9:8] & decoded_wr_biten[9:8]);
                if(decoded_reg_strb.ch[i0].ATTR_DST && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_DST.QOS.value <= (field_storage.ch[i0].ATTR_DST.QOS.value & ~decoded_wr_biten[15:12]) | (decoded_wr_data[15:12] & decoded_wr_biten[15:12]);
                if(decoded_reg_strb.ch[i0].ATTR_DST && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_DST.LOCK.value <= (field_storage.ch[i0].ATTR_DST.LOCK.value & ~decoded_wr_biten[31:31]) | (decoded_wr_data[31:31] & decoded_wr_biten[31:31]);
                if(decoded_reg_strb.ch[i0].ATTR_DESC && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_DESC.CACHE.value <= (field_storage.ch[i0].ATTR_DESC.CACHE.value & ~decoded_wr_biten[3:0]) | (decoded_wr_data[3:0] & decoded_wr_biten[3:0]);
                if(decoded_reg_strb.ch[i0].ATTR_DESC && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_DESC.PROT.value <= (field_storage.ch[i0].ATTR_DESC.PROT.value & ~decoded_wr_biten[6:4]) | (decoded_wr_data[6:4] & decoded_wr_biten[6:4]);
                if(decoded_reg_strb.ch[i0].ATTR_DESC && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_DESC.COHERENT.value <= (field_storage.ch[i0].ATTR_DESC.COHERENT.value & ~decoded_wr_biten[7:7]) | (decoded_wr_data[7:7] & decoded_wr_biten[7:7]);
                if(decoded_reg_strb.ch[i0].ATTR_DESC && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_DESC.DOMAIN.value <= (field_storage.ch[i0].ATTR_DESC.DOMAIN.value & ~decoded_wr_biten[9:8]) | (decoded_wr_data[9:8] & decoded_wr_biten[9:8]);
                if(decoded_reg_strb.ch[i0].ATTR_DESC && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_DESC.QOS.value <= (field_storage.ch[i0].ATTR_DESC.QOS.value & ~decoded_wr_biten[15:12]) | (decoded_wr_data[15:12] & decoded_wr_biten[15:12]);
                if(decoded_reg_strb.ch[i0].ATTR_DESC && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].ATTR_DESC.LOCK.value <= (field_storage.ch[i0].ATTR_DESC.LOCK.value & ~decoded_wr_biten[31:31]) | (decoded_wr_data[31:31] & decoded_wr_biten[31:31]);
                if(decoded_reg_strb.ch[i0].DESC_BASE_LO && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].DESC_BASE_LO.ADDR.value <= (field_storage.ch[i0].DESC_BASE_LO.ADDR.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                if(decoded_reg_strb.ch[i0].DESC_BASE_HI && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].DESC_BASE_HI.ADDR.value <= (field_storage.ch[i0].DESC_BASE_HI.ADDR.value & ~decoded_wr_biten[31:0]) | (decoded_wr_data[31:0] & decoded_wr_biten[31:0]);
                if(decoded_reg_strb.ch[i0].RING_LEN && decoded_req_is_wr && hwif_in.ch[i0].job_we) field_storage.ch[i0].RING_LEN.COUNT.value <= (field_storage.ch[i0].RING_LEN.COUNT.value & ~decoded_wr_biten[15:0]) | (decoded_wr_data[15:0] & decoded_wr_biten[15:0]);
            end
        end
    end

    //--------------------------------------------------------------------------
    // Write response
    //--------------------------------------------------------------------------
    assign cpuif_wr_ack = decoded_req & decoded_req_is_wr;
    // Writes are always granted with no error response
    assign cpuif_wr_err = decoded_err;

    //--------------------------------------------------------------------------
    // Readback
    //--------------------------------------------------------------------------

    logic [11:0] rd_mux_addr;
    assign rd_mux_addr = decoded_addr;

    logic readback_err;
    logic readback_done;
    logic [31:0] readback_data;
    always_comb begin
        automatic logic [31:0] readback_data_var;
        readback_data_var = '0;
        if(decoded_req && !decoded_req_is_wr) begin
            if(rd_mux_addr == 12'h0) begin
                readback_data_var[31:0] = 32'h31414d44;
            end
            if(rd_mux_addr == 12'h4) begin
                readback_data_var[7:0] = 8'h0;
                readback_data_var[15:8] = 8'h1;
                readback_data_var[23:16] = 8'h0;
            end
            if(rd_mux_addr == 12'h8) begin
                readback_data_var[3:0] = hwif_in.CAP0.NCH.next;
                readback_data_var[7:4] = hwif_in.CAP0.LOG2_BEAT.next;
                readback_data_var[15:8] = hwif_in.CAP0.ADDR_W.next;
                readback_data_var[20:16] = hwif_in.CAP0.LOG2_FIFO.next;
                readback_data_var[27:24] = hwif_in.CAP0.LOG2_MAX_BURST.next;
            end
            if(rd_mux_addr == 12'hc) begin
                readback_data_var[0] = hwif_in.CAP1.SG.next;
                readback_data_var[1] = hwif_in.CAP1.RECT.next;
                readback_data_var[2] = hwif_in.CAP1.UNALIGNED.next;
                readback_data_var[3] = hwif_in.CAP1.FILL.next;
                readback_data_var[4] = hwif_in.CAP1.SINK.next;
                readback_data_var[5] = hwif_in.CAP1.CYCLIC.next;
                readback_data_var[6] = hwif_in.CAP1.ACE.next;
                readback_data_var[7] = hwif_in.CAP1.COHERENT_DATA.next;
                readback_data_var[8] = hwif_in.CAP1.COHERENT_DESC.next;
                readback_data_var[9] = hwif_in.CAP1.PMU.next;
                readback_data_var[10] = hwif_in.CAP1.STREAM.next;
                readback_data_var[11] = hwif_in.CAP1.SHORT_DESC.next;
                readback_data_var[12] = hwif_in.CAP1.WRITE_LINE.next;
                readback_data_var[13] = hwif_in.CAP1.FAULT_INJECT.next;
            end
            if(rd_mux_addr == 12'h10) begin
                readback_data_var[0] = field_storage.CTRL.ENABLE.value;
                readback_data_var[1] = field_storage.CTRL.SOFT_RESET.value;
            end
            if(rd_mux_addr == 12'h14) begin
                readback_data_var[0] = hwif_in.STATUS.IDLE.next;
                readback_data_var[1] = hwif_in.STATUS.DRAINING.next;
                readback_data_var[15:8] = hwif_in.STATUS.OUT_RD.next;
                readback_data_var[23:16] = hwif_in.STATUS.OUT_WR.next;
            end
            if(rd_mux_addr == 12'h18) begin
                readback_data_var[7:0] = hwif_in.IRQ_PEND.CHANNELS.next;
            end
            if(rd_mux_addr == 12'h1c) begin
                readback_data_var[31:0] = field_storage.SCRATCH.VALUE.value;
            end
            if(rd_mux_addr == 12'h20) begin
                readback_data_var[31:0] = field_storage.WDOG.CYCLES.value;
            end
            if(rd_mux_addr == 12'h44) begin
                readback_data_var[31:0] = hwif_in.PMU_CYCLES.COUNT.next;
            end
            if(rd_mux_addr == 12'h48) begin
                readback_data_var[31:0] = hwif_in.PMU_BUSY.COUNT.next;
            end
            if(rd_mux_addr == 12'h4c) begin
                readback_data_var[31:0] = hwif_in.PMU_R_BEATS.COUNT.next;
            end
            if(rd_mux_addr == 12'h50) begin
                readback_data_var[31:0] = hwif_in.PMU_W_BEATS.COUNT.next;
            end
            if(rd_mux_addr == 12'h54) begin
                readback_data_var[31:0] = hwif_in.PMU_R_STALL.COUNT.next;
            end
            if(rd_mux_addr == 12'h58) begin
                readback_data_var[31:0] = hwif_in.PMU_W_STALL.COUNT.next;
            end
            if(rd_mux_addr == 12'h5c) begin
                readback_data_var[31:0] = hwif_in.PMU_AR_WAIT.COUNT.next;
            end
            if(rd_mux_addr == 12'h60) begin
                readback_data_var[31:0] = hwif_in.PMU_AW_WAIT.COUNT.next;
            end
            if(rd_mux_addr == 12'h64) begin
                readback_data_var[31:0] = hwif_in.PMU_ZSTRB.COUNT.next;
            end
            if(rd_mux_addr == 12'h68) begin
                readback_data_var[31:0] = hwif_in.PMU_FIFO_MAX.COUNT.next;
            end
            if(rd_mux_addr == 12'h6c) begin
                readback_data_var[31:0] = hwif_in.PMU_DESCS.COUNT.next;
            end
            if(rd_mux_addr == 12'h70) begin
                readback_data_var[15:0] = hwif_in.PMU_MAX_OUT.RD.next;
                readback_data_var[31:16] = hwif_in.PMU_MAX_OUT.WR.next;
            end
            for(int i0=0; i0<2; i0++) begin
                if(rd_mux_addr == 12'h104 + (12)'(i0) * 12'h100) begin
                    readback_data_var[3:0] = hwif_in.ch[i0].STATUS.STATE.next;
                    readback_data_var[4] = hwif_in.ch[i0].STATUS.BUSY.next;
                    readback_data_var[5] = hwif_in.ch[i0].STATUS.PAUSED.next;
                    readback_data_var[6] = hwif_in.ch[i0].STATUS.HALTED.next;
                    readback_data_var[8] = field_storage.ch[i0].STATUS.DONE.value;
                    readback_data_var[9] = field_storage.ch[i0].STATUS.ERR.value;
                    readback_data_var[10] = field_storage.ch[i0].STATUS.EMPTY.value;
                    readback_data_var[11] = field_storage.ch[i0].STATUS.PERIOD.value;
                    readback_data_var[12] = field_storage.ch[i0].STATUS.ABORTED.value;
                    readback_data_var[13] = field_storage.ch[i0].STATUS.STOPPED.value;
                end
                if(rd_mux_addr == 12'h108 + (12)'(i0) * 12'h100) begin
                    readback_data_var[8] = field_storage.ch[i0].IRQ_EN.DONE.value;
                    readback_data_var[9] = field_storage.ch[i0].IRQ_EN.ERR.value;
                    readback_data_var[10] = field_storage.ch[i0].IRQ_EN.EMPTY.value;
                    readback_data_var[11] = field_storage.ch[i0].IRQ_EN.PERIOD.value;
                    readback_data_var[12] = field_storage.ch[i0].IRQ_EN.ABORTED.value;
                    readback_data_var[13] = field_storage.ch[i0].IRQ_EN.STOPPED.value;
                end
                if(rd_mux_addr == 12'h10c + (12)'(i0) * 12'h100) begin
                    readback_data_var[1:0] = field_storage.ch[i0].CFG.MODE.value;
                    readback_data_var[2] = field_storage.ch[i0].CFG.CYCLIC.value;
                    readback_data_var[3] = field_storage.ch[i0].CFG.WB_EN.value;
                    readback_data_var[5:4] = field_storage.ch[i0].CFG.DESC_STRIDE.value;
                    readback_data_var[7:6] = field_storage.ch[i0].CFG.PREFETCH.value;
                    readback_data_var[15:8] = field_storage.ch[i0].CFG.MAX_LEN.value;
                    readback_data_var[19:16] = field_storage.ch[i0].CFG.OP.value;
                    readback_data_var[24:20] = field_storage.ch[i0].CFG.OUT_LIMIT.value;
                    readback_data_var[25] = field_storage.ch[i0].CFG.IRQ_EARLY.value;
                    readback_data_var[26] = field_storage.ch[i0].CFG.DEV_SINGLE.value;
                    readback_data_var[27] = field_storage.ch[i0].CFG.WRITE_LINE.value;
                    readback_data_var[28] = field_storage.ch[i0].CFG.FI_NO_STALE.value;
                    readback_data_var[29] = field_storage.ch[i0].CFG.FI_EARLY_STATUS.value;
                end
                if(rd_mux_addr == 12'h110 + (12)'(i0) * 12'h100) begin
                    readback_data_var[7:0] = field_storage.ch[i0].COALESCE.THRESHOLD.value;
                    readback_data_var[31:16] = field_storage.ch[i0].COALESCE.TIMEOUT.value;
                end
                if(rd_mux_addr == 12'h114 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = field_storage.ch[i0].SRC_LO.ADDR.value;
                end
                if(rd_mux_addr == 12'h118 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = field_storage.ch[i0].SRC_HI.ADDR.value;
                end
                if(rd_mux_addr == 12'h11c + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = field_storage.ch[i0].DST_LO.ADDR.value;
                end
                if(rd_mux_addr == 12'h120 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = field_storage.ch[i0].DST_HI.ADDR.value;
                end
                if(rd_mux_addr == 12'h124 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = field_storage.ch[i0].LEN.BYTES.value;
                end
                if(rd_mux_addr == 12'h128 + (12)'(i0) * 12'h100) begin
                    readback_data_var[15:0] = field_storage.ch[i0].ROWS.ROWS.value;
                end
                if(rd_mux_addr == 12'h12c + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = field_storage.ch[i0].SSTRIDE.STRIDE.value;
                end
                if(rd_mux_addr == 12'h130 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = field_storage.ch[i0].DSTRIDE.STRIDE.value;
                end
                if(rd_mux_addr == 12'h134 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = field_storage.ch[i0].FILL.VALUE.value;
                end
                if(rd_mux_addr == 12'h138 + (12)'(i0) * 12'h100) begin
                    readback_data_var[3:0] = field_storage.ch[i0].ATTR_SRC.CACHE.value;
                    readback_data_var[6:4] = field_storage.ch[i0].ATTR_SRC.PROT.value;
                    readback_data_var[7] = field_storage.ch[i0].ATTR_SRC.COHERENT.value;
                    readback_data_var[9:8] = field_storage.ch[i0].ATTR_SRC.DOMAIN.value;
                    readback_data_var[15:12] = field_storage.ch[i0].ATTR_SRC.QOS.value;
                    readback_data_var[31] = field_storage.ch[i0].ATTR_SRC.LOCK.value;
                end
                if(rd_mux_addr == 12'h13c + (12)'(i0) * 12'h100) begin
                    readback_data_var[3:0] = field_storage.ch[i0].ATTR_DST.CACHE.value;
                    readback_data_var[6:4] = field_storage.ch[i0].ATTR_DST.PROT.value;
                    readback_data_var[7] = field_storage.ch[i0].ATTR_DST.COHERENT.value;
                    readback_data_var[9:8] = field_storage.ch[i0].ATTR_DST.DOMAIN.value;
                    readback_data_var[15:12] = field_storage.ch[i0].ATTR_DST.QOS.value;
                    readback_data_var[31] = field_storage.ch[i0].ATTR_DST.LOCK.value;
                end
                if(rd_mux_addr == 12'h140 + (12)'(i0) * 12'h100) begin
                    readback_data_var[3:0] = field_storage.ch[i0].ATTR_DESC.CACHE.value;
                    readback_data_var[6:4] = field_storage.ch[i0].ATTR_DESC.PROT.value;
                    readback_data_var[7] = field_storage.ch[i0].ATTR_DESC.COHERENT.value;
                    readback_data_var[9:8] = field_storage.ch[i0].ATTR_DESC.DOMAIN.value;
                    readback_data_var[15:12] = field_storage.ch[i0].ATTR_DESC.QOS.value;
                    readback_data_var[31] = field_storage.ch[i0].ATTR_DESC.LOCK.value;
                end
                if(rd_mux_addr == 12'h144 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = field_storage.ch[i0].DESC_BASE_LO.ADDR.value;
                end
                if(rd_mux_addr == 12'h148 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = field_storage.ch[i0].DESC_BASE_HI.ADDR.value;
                end
                if(rd_mux_addr == 12'h14c + (12)'(i0) * 12'h100) begin
                    readback_data_var[15:0] = field_storage.ch[i0].RING_LEN.COUNT.value;
                end
                if(rd_mux_addr == 12'h150 + (12)'(i0) * 12'h100) begin
                    readback_data_var[15:0] = field_storage.ch[i0].TAIL.INDEX.value;
                    readback_data_var[31] = field_storage.ch[i0].TAIL.LAP.value;
                end
                if(rd_mux_addr == 12'h154 + (12)'(i0) * 12'h100) begin
                    readback_data_var[15:0] = hwif_in.ch[i0].HEAD.INDEX.next;
                    readback_data_var[31] = hwif_in.ch[i0].HEAD.LAP.next;
                end
                if(rd_mux_addr == 12'h158 + (12)'(i0) * 12'h100) begin
                    readback_data_var[3:0] = hwif_in.ch[i0].ERR_INFO.KIND.next;
                    readback_data_var[5:4] = hwif_in.ch[i0].ERR_INFO.RESP.next;
                    readback_data_var[15:8] = hwif_in.ch[i0].ERR_INFO.BEAT.next;
                    readback_data_var[31:16] = hwif_in.ch[i0].ERR_INFO.INDEX.next;
                end
                if(rd_mux_addr == 12'h15c + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = hwif_in.ch[i0].ERR_ADDR_LO.ADDR.next;
                end
                if(rd_mux_addr == 12'h160 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = hwif_in.ch[i0].ERR_ADDR_HI.ADDR.next;
                end
                if(rd_mux_addr == 12'h164 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = hwif_in.ch[i0].RESIDUE.BYTES.next;
                end
                if(rd_mux_addr == 12'h168 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = hwif_in.ch[i0].DONE_CNT.COUNT.next;
                end
                if(rd_mux_addr == 12'h16c + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = hwif_in.ch[i0].CUR_DESC_LO.ADDR.next;
                end
                if(rd_mux_addr == 12'h170 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = hwif_in.ch[i0].CUR_DESC_HI.ADDR.next;
                end
                if(rd_mux_addr == 12'h174 + (12)'(i0) * 12'h100) begin
                    readback_data_var[31:0] = hwif_in.ch[i0].DIGEST.CRC.next;
                end
                if(rd_mux_addr == 12'h178 + (12)'(i0) * 12'h100) begin
                    readback_data_var[15:0] = hwif_in.ch[i0].IGNORED.COUNT.next;
                end
            end
        end
        readback_data = readback_data_var;
        readback_done = decoded_req & ~decoded_req_is_wr;
        readback_err = decoded_err;
    end

    assign cpuif_rd_ack = readback_done;
    assign cpuif_rd_data = readback_data;
    assign cpuif_rd_err = readback_err;
endmodule
