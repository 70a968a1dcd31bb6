export * from "./policy.ts";
export * from "./policy-cases.ts";
export { APPROVALS, type Approval, type Impact, type PolicyRequest, type ToolShape } from "./policy-request.ts";
export * from "./record.ts";
export * from "./refusal.ts";
