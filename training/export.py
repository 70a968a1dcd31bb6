"""Writes a checkpoint as GGUF (Q8_0 matrices, F32 for the rest) and reads one back into torch.

    python3 -m training.export --model training/out/base/last.pt --tokenizer training/out/tokenizer.json --out models/axiom-needle-1.gguf
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import torch

from training.checkpoint import load_checkpoint
from training.gguf import Reader, write_gguf
from training.model import RMS_EPS, Needle, Shape
from training.tokenizer import Tokenizer

NAME = "axiom-needle-1"
CONTEXT = 8192
NORMAL, CONTROL = 1, 3


def metadata_of(shape: Shape, tokenizer: Tokenizer) -> dict:
    """Every key of the file. llama.cpp knows no pre-tokenisation of ours and refuses unknown names: `axiom.pre` goes first."""
    special = tokenizer.specials
    return {
        "general.architecture": "mamba2",
        "general.name": NAME,
        "general.license": "apache-2.0",
        "general.file_type": 7,
        "general.quantization_version": 2,
        "axiom.decode": "marks/1",
        "axiom.pre": "axiom-marks",
        "mamba2.context_length": CONTEXT,
        "mamba2.embedding_length": shape.d_model,
        "mamba2.feed_forward_length": 0,
        "mamba2.attention.head_count": 0,
        "mamba2.block_count": shape.layers,
        "mamba2.ssm.conv_kernel": shape.d_conv,
        "mamba2.ssm.inner_size": shape.d_inner,
        "mamba2.ssm.state_size": shape.d_state,
        "mamba2.ssm.time_step_rank": shape.heads,
        "mamba2.ssm.group_count": 1,
        "mamba2.attention.layer_norm_rms_epsilon": RMS_EPS,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokenizer.tokens,
        "tokenizer.ggml.token_type": [NORMAL] * tokenizer.first_special + [CONTROL] * len(special),
        "tokenizer.ggml.merges": [f"{a} {b}" for a, b in tokenizer.merges],
        "tokenizer.ggml.bos_token_id": special["<|bos|>"],
        "tokenizer.ggml.eos_token_id": special["<|end|>"],
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.ggml.add_space_prefix": False,
    }


def tensors_of(model: Needle) -> tuple[dict[str, np.ndarray], set[str]]:
    """The tensors under their GGUF names, and which of them are quantised."""
    array = lambda value: value.detach().float().numpy()  # noqa: E731
    tensors = {"token_embd.weight": array(model.embedding), "output_norm.weight": array(model.final)}
    quantised = {"token_embd.weight"}
    for i, (norm, mixer) in enumerate(zip(model.norms, model.mixers)):
        block = {
            "attn_norm.weight": array(norm),
            "ssm_in.weight": array(mixer.ssm_in.weight),
            "ssm_conv1d.weight": array(mixer.conv_weight).T.copy(),
            "ssm_conv1d.bias": array(mixer.conv_bias),
            "ssm_dt.bias": array(mixer.dt_bias),
            "ssm_a": -np.exp(array(mixer.a_log))[:, None],
            "ssm_d": array(mixer.d)[:, None],
            "ssm_norm.weight": array(mixer.norm)[None, :],
            "ssm_out.weight": array(mixer.ssm_out.weight),
        }
        tensors |= {f"blk.{i}.{name}": values for name, values in block.items()}
        quantised |= {f"blk.{i}.ssm_in.weight", f"blk.{i}.ssm_out.weight"}
    return tensors, quantised


def export_model(model: Needle, tokenizer: Tokenizer, path: Path) -> str:
    """Writes the file; gives its SHA-256 in hex."""
    tensors, quantised = tensors_of(model)
    write_gguf(path, metadata_of(model.shape, tokenizer), tensors, quantised)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def import_model(path: Path) -> tuple[Needle, Tokenizer]:
    """The model as the file's dequantised weights say, and its tokenizer."""
    file = Reader(path)
    sizes, tensors = file.metadata, file.tensors
    inner, heads = sizes["mamba2.ssm.inner_size"], sizes["mamba2.ssm.time_step_rank"]
    width = sizes["mamba2.embedding_length"]
    shape = Shape(tensors["token_embd.weight"].shape[0], width, sizes["mamba2.block_count"], sizes["mamba2.ssm.state_size"],
                  inner // heads, inner // width, sizes["mamba2.ssm.conv_kernel"])
    model = Needle(shape)
    values = lambda name: torch.from_numpy(np.array(tensors[name], dtype=np.float32))  # noqa: E731
    with torch.no_grad():
        model.embedding.copy_(values("token_embd.weight"))
        model.final.copy_(values("output_norm.weight"))
        for i, mixer in enumerate(model.mixers):
            block = lambda name, i=i: values(f"blk.{i}.{name}")  # noqa: E731
            model.norms[i].copy_(block("attn_norm.weight"))
            mixer.ssm_in.weight.copy_(block("ssm_in.weight"))
            mixer.conv_weight.copy_(block("ssm_conv1d.weight").T)
            mixer.conv_bias.copy_(block("ssm_conv1d.bias"))
            mixer.dt_bias.copy_(block("ssm_dt.bias"))
            mixer.a_log.copy_(torch.log(-block("ssm_a").squeeze(1)))
            mixer.d.copy_(block("ssm_d").squeeze(1))
            mixer.norm.copy_(block("ssm_norm.weight").squeeze(0))
            mixer.ssm_out.weight.copy_(block("ssm_out.weight"))
    merges = [tuple(pair.split(" ")) for pair in sizes["tokenizer.ggml.merges"]]
    return model.eval(), Tokenizer(merges)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    model = load_checkpoint(options.model)
    digest = export_model(model, Tokenizer.load(options.tokenizer), options.out)
    print(f"{options.out}: {options.out.stat().st_size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
