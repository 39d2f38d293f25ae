"""One meaning (`semantics`), several evaluators that must agree with it."""
