# SPDX-License-Identifier: Apache-2.0
"""The ARM memory system: memory, caches, buffers, translation, CPUs; and the coherence relation of one byte."""
