// Sources of the engine in order of compilation, relative to this folder.
lint.vlt
gen/dma_csr_pkg.sv
gen/dma_csr.sv
dma_pkg.sv
fifo.sv
skid.sv
dma_split.sv
dma_rd.sv
dma_align.sv
dma_wr.sv
dma_sched.sv
dma_fetch.sv
dma_desc.sv
dma_regs.sv
dma_pmu.sv
dma_top.sv
