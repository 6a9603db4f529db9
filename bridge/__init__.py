"""One network in nnlib, in PyTorch and in JAX: what the chapter *The bridge* shows and measures.

`with_nnlib`, `with_pytorch`, `with_jax`, `loops` and `traps` hold the programs that the chapter
shows, word for word. `measure` runs them (`agreement`, `assumptions`, `mistakes`), and
`python -m bridge` (`make bridge`) compares what comes out with nnbook/figures/bridge.json, which
the chapter reads. Only this command needs PyTorch and JAX.
"""
