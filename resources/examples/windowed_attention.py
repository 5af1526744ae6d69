"""An attention of your own for SLAY Workbench: softmax through a window of positions.

Writes windowed.pt (TorchScript) and, with --package, windowed.pt2 (AOTInductor), to be named in a
preset as {"file": "windowed.pt"} or dropped on the window. Needs the PyTorch release that the
workbench was built with:

    python3 windowed_attention.py [--package] [--device cuda] [--bidirectional]
"""
import argparse

import torch


class Windowed(torch.nn.Module):
    """(q, k, v, causal) -> y, all [B, H, L, d]: any B, H, L and d, any floating-point type."""

    def __init__(self, window: int = 256):
        super().__init__()
        self.window = window

    def forward(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor, causal: bool) -> torch.Tensor:
        positions = torch.arange(q.size(2), device=q.device)
        apart = positions.unsqueeze(1) - positions.unsqueeze(0)
        seen = torch.abs(apart) < self.window
        if causal:
            seen = torch.logical_and(seen, apart >= 0)
        scores = torch.matmul(q, k.transpose(-2, -1)) * (q.size(3) ** -0.5)
        scores = scores.masked_fill(torch.logical_not(seen), float("-inf"))
        return torch.matmul(torch.softmax(scores, -1), v)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--package", action="store_true", help="write windowed.pt2, too")
    parser.add_argument("--device", default="cpu", help="of the package: cpu or cuda")
    parser.add_argument("--dtype", default="float32", help="of the package")
    parser.add_argument("--batch", type=int, default=1, help="of the package")
    parser.add_argument("--heads", type=int, default=8, help="of the package")
    parser.add_argument("--head-dim", type=int, default=32, help="of the package")
    parser.add_argument("--bidirectional", action="store_true", help="the package's flag is fixed")
    words = parser.parse_args()
    module = Windowed().eval()
    torch.jit.script(module).save("windowed.pt")
    print("windowed.pt")
    if not words.package:
        return
    example = [
        torch.randn(words.batch, words.heads, 128, words.head_dim, device=words.device, dtype=getattr(torch, words.dtype))
        for _ in range(3)
    ]
    # Sequences of any length; their number, heads, width, type and flag are those of the example.
    shape = {2: torch.export.Dim("length", min=2, max=1 << 20)}
    exported = torch.export.export(
        module,
        (*example, not words.bidirectional),
        dynamic_shapes=(shape, shape, shape, None),
    )
    print(torch._inductor.aoti_compile_and_package(exported, package_path="windowed.pt2"))


if __name__ == "__main__":
    main()
