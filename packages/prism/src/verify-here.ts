/** The verifier itself: `lop/verify` with the browser twin of the cryptography. A chunk of its own. */
import { verifyProof, webCrypto } from "lop/verify";
import type { ProofCheck } from "./verify.ts";

export const verifyHere = (bytes: Uint8Array): ProofCheck => verifyProof(bytes, webCrypto);
