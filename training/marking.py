"""The automaton of "marks/1": which special token may be picked now, and the card that the picks made.

The twin of lex's marking rules, for evaluation and for scoring during training.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from training.tools import NONE, Tool, choice_token, key_token, tool_token, tools


@dataclass
class Span:
    """A marked span in token places [start, end) of the directive; leg -1 holds for every leg."""

    key: str
    start: int
    end: int
    leg: int


@dataclass
class Marked:
    """A decoded card: tool, chosen values by name, spans in order, starts of the legs after the first."""

    tool: str
    choices: dict[str, str] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    legs: list[int] = field(default_factory=list)
    score: float = 0.0


class Marking:
    """Feeds itself one directive: `next_token` says what to feed, `allowed` what may be picked after it."""

    def __init__(self, text: list[int], specials: dict[str, int]):
        self.text = text
        self.specials = specials
        self.names = {token: name for name, token in specials.items()}
        self.by_token = {specials[tool_token(name)]: tool for name, tool in tools().items()}
        self.card = Marked(NONE)
        self.tool: Tool | None = None
        self.phase = "tool"
        self.queue = [specials["<|bos|>"], *text, specials["<|card|>"]]
        self.place = -1
        self.open: Span | None = None
        self.used: set[str] = set()
        self.level = 0
        self.done = False

    def next_token(self) -> int:
        """The next token to feed; ask only while not done."""
        return self.queue.pop(0)

    def waiting(self) -> bool:
        """True when the tokens to feed have run out, so a pick is due."""
        return not self.queue and not self.done

    def missing(self) -> int:
        """How many required spans the tool (or its current leg) still lacks."""
        return len(self.tool.required - self.used)

    def allowed(self) -> list[int]:
        """The tokens that may be picked now; one alone is forced and costs nothing."""
        if self.phase == "tool":
            fits = [name for name, tool in tools().items() if len(tool.required) <= len(self.text)]
            return [self.specials[tool_token(name)] for name in [*fits, NONE]]
        if self.phase == "choice":
            key, values, optional = self.tool.choices[len(self.card.choices)]
            return [self.specials[choice_token(key, value)] for value in [*values, *([""] if optional else [])]]
        return [self.specials[name] for name in self.marks_here()]

    def marks_here(self) -> list[str]:
        """The marks that may stand at this place, after those that already do."""
        left = len(self.text) - self.place  # places from here to the last word; 0 at the end
        if self.open:
            fits = self.open.start < self.place and (left == 0 or self.missing() >= left)
            closing = ["<|-|>"] if self.open.start < self.place else []
            return closing if fits else [*closing, "<|go|>"]
        if left == 0:
            return ["<|go|>"]
        names = [] if self.missing() >= left else ["<|go|>"]
        names += [key_token(key) for key in self.keys_here(left)]
        if self.tool.planned and self.level < 1 and not self.missing() and self.place > 0:
            names.append("<|leg|>")
        if self.tool.planned and "minutes" not in self.used and "each" not in self.used and self.missing() < left:
            names.append("<|+each_minutes|>")
        return names

    def keys_here(self, left: int) -> list[str]:
        """Keys that may begin here without taking the last places of required ones."""
        if self.card.choices.get("view"):
            return []
        fresh = [key for key in self.tool.keys if key not in self.used or key == "require"]
        return [key for key in fresh if key in self.tool.required or self.missing() < left]

    def pick(self, token: int) -> None:
        """Takes a pick that `allowed` offered."""
        name = self.names[token]
        if self.phase == "tool":
            self.pick_tool(token)
        elif self.phase == "choice":
            key, value = name[2:-2].split("=", 1)
            self.card.choices[key] = value
            self.queue.append(token)
            self.after_choice()
        elif name == "<|go|>":
            self.advance()
        else:
            self.queue.append(token)
            self.mark(name)

    def pick_tool(self, token: int) -> None:
        self.tool = self.by_token.get(token)
        if self.tool is None:
            self.done = True
            return
        self.card.tool = self.tool.name
        self.queue.append(token)
        self.after_choice()

    def after_choice(self) -> None:
        """On to the next choice, or to the second reading."""
        self.phase = "choice"
        if len(self.card.choices) == len(self.tool.choices):
            self.phase = "marks"
            if self.card.choices.get("view"):
                self.tool = Tool(self.tool.name, self.tool.needle, self.tool.choices, self.tool.keys, frozenset())
            self.queue.append(self.specials["<|mark|>"])
            self.advance()

    def advance(self) -> None:
        """The next place of the second reading."""
        if self.place == len(self.text):
            self.done = True
            return
        self.place += 1
        self.level = 0
        self.queue.append(self.specials["<|end|>"] if self.place == len(self.text) else self.text[self.place])

    def mark(self, name: str) -> None:
        if name == "<|-|>":
            self.open.end = self.place
            self.open = None
        elif name == "<|leg|>":
            self.level = 1
            self.card.legs.append(self.place)
            self.used = self.used & {"each"}
        else:
            self.begin(name)

    def begin(self, name: str) -> None:
        each = name == "<|+each_minutes|>"
        key = "minutes" if each else name[3:-2]
        self.used.add("each" if each else key)
        self.open = Span(key, self.place, self.place, -1 if each else len(self.card.legs))
        self.card.spans.append(self.open)
