// SPDX-License-Identifier: Apache-2.0
// The model's probe alone: what Python writes to it, and nothing else.
module probe_top;
  model_probe model ();
endmodule
