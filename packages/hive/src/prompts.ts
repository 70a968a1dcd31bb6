/** Questions to a person at a terminal. No command needs them: each has a flag or a variable that answers beforehand. */
import { confirm, isCancel, password } from "@clack/prompts";

/** Null: the question was left. */
export async function askYesNo(question: string): Promise<boolean | null> {
  const answer = await confirm({ message: question.trim(), initialValue: false, output: process.stderr });
  return isCancel(answer) ? null : answer;
}

export async function askSecret(question: string): Promise<string | null> {
  const answer = await password({ message: question, output: process.stderr });
  return isCancel(answer) || answer === undefined ? null : answer;
}
