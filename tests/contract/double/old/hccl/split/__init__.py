"""How gradients are split."""
