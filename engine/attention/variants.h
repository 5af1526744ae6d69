// The functions that the rows of builtin_variants.cpp name; one file per variant defines them.
#pragma once

#include <memory>

#include "engine/attention/attention.h"
#include "engine/attention/builtin_variants.h"

namespace slay {

using AttentionPtr = std::unique_ptr<Attention>;

AttentionPtr make_standard(const AttentionConfig& config);
AttentionPtr make_standard_fused(const AttentionConfig& config);
AttentionPtr make_performer(const AttentionConfig& config);
AttentionPtr make_linear(const AttentionConfig& config);
AttentionPtr make_cosformer(const AttentionConfig& config);
AttentionPtr make_yat_spherical(const AttentionConfig& config);
AttentionPtr make_yat_anchor(const AttentionConfig& config);
AttentionPtr make_yat_laplace(const AttentionConfig& config);
AttentionPtr make_yat_hadamard(const AttentionConfig& config);
AttentionPtr make_yat_tensor_sketch(const AttentionConfig& config);
AttentionPtr make_yat_random_maclaurin(const AttentionConfig& config);
AttentionPtr make_yat_nystrom(const AttentionConfig& config);

PlainOutput plain_softmax(const PlainInput& input);
PlainOutput plain_performer(const PlainInput& input);
PlainOutput plain_linear(const PlainInput& input);
PlainOutput plain_cosformer(const PlainInput& input);
PlainOutput plain_yat_spherical(const PlainInput& input);
PlainOutput plain_yat_anchor(const PlainInput& input);
PlainOutput plain_yat_laplace(const PlainInput& input);
PlainOutput plain_yat_hadamard(const PlainInput& input);
PlainOutput plain_yat_tensor_sketch(const PlainInput& input);
PlainOutput plain_yat_random_maclaurin(const PlainInput& input);
PlainOutput plain_yat_nystrom(const PlainInput& input);

std::string standard_fused_unsupported(const AttentionConfig& config, at::Device device,
                                       DataType type);

}  // namespace slay
