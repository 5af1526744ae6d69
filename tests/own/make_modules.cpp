// Writes TorchScript files with (q, k, v, causal) -> y into a folder: one that is an attention, and
// others, each of which fails to be one in its own way. make_modules FOLDER
#include <torch/csrc/jit/api/module.h>

#include <cstdio>
#include <string>
#include <utility>

namespace {

// The scores of softmax attention, and what is seen of them through a window of 48 positions.
constexpr const char* scores = R"(
    length = q.size(2)
    scores = torch.matmul(q, k.transpose(-2, -1)) * (q.size(3) ** -0.5)
    at = torch.arange(length, device=q.device)
    apart = at.unsqueeze(1) - at.unsqueeze(0)
    seen = torch.abs(apart) < 48
    if causal:
        seen = torch.logical_and(seen, apart >= 0)
    scores = scores.masked_fill(torch.logical_not(seen), float('-inf'))
    y = torch.matmul(torch.softmax(scores, -1), v)
)";

const std::pair<const char*, const char*> bodies[]{
    {"windowed", "    return y\n"},
    {"peeking",
     "    return torch.matmul(torch.softmax(torch.matmul(q, k.transpose(-2, -1)), -1), v)\n"},
    {"random", "    return y + 0.1 * torch.rand_like(y)\n"},
    {"mixing", "    return y - y.mean(0, True)\n"},
    {"writing", "    v.mul_(2)\n    return y\n"},
    {"narrow", "    return y.narrow(3, 0, y.size(3) - 1)\n"},
    {"infinite", "    return y / torch.zeros_like(y)\n"},
    {"constant", "    return torch.zeros_like(v)\n"},
    {"detached", "    return y.detach()\n"},
    {"straight-through", "    return v + (y - v).detach()\n"},
    {"complaining", "    return y + y.view([7, 7, 7])\n"},
    // The remainder of a division by nothing ends the process, at one length alone.
    {"crashing", "    return y + 0 * (7 % (q.size(2) - 96))\n"},
    // On a GPU a kernel's own check fails, which loses the CUDA context.
    {"faulting",
     "    if q.size(2) == 96:\n"
     "        y = y + 0 * v.index_select(2, torch.arange(length, device=q.device) + 1048576)\n"
     "    return y\n"},
};

void write(const std::string& path, const std::string& source) {
    torch::jit::Module module("Own");
    module.define(source);
    module.save(path);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 64;
    const std::string folder = std::string(argv[1]) + '/';
    const std::string head = "def forward(self, q, k, v, causal: bool):\n";
    for (const auto& [name, body] : bodies)
        write(folder + name + ".pt", head + std::string(scores).substr(1) + body);
    write(folder + "other-signature.pt", "def forward(self, q, k, v):\n    return v\n");
    std::puts("written");
}
