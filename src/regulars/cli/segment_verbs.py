"""The subcommands of `regulars segment` that live in modules of their own, and what they do."""

__all__ = ["SUBCOMMANDS"]

SUBCOMMANDS = {
    "list_": (
        "segment_list",
        "List the segments: those that come with Regulars, and the workspace's own.",
    ),
    "save": ("segment_list", "Save a rule as a segment of the workspace."),
    "show": ("segment_list", "Show a segment: its rule as a sentence and as a file."),
    "delete": ("segment_list", "Delete a segment that no other one stands on."),
    "members": ("segment_list", "List the members of a segment, or write them to a file."),
    "refresh": (
        "segment_history",
        "Look up members, and write down who entered and who left.",
    ),
    "diff": ("segment_history", "Say who came and who left between two days, and why."),
    "include": (
        "segment_manual",
        "Take customers into a segment by hand, whatever its rule says.",
    ),
    "exclude": ("segment_manual", "Leave customers out of a segment by hand."),
    "release": ("segment_manual", "Let the rule decide about customers again."),
    "migration": (
        "segment_moves",
        "Count who moved from which segment to which, and who stayed.",
    ),
    "overlap": ("segment_moves", "Count how many customers each two segments share."),
    "trend": ("segment_moves", "Show how large segments were over time."),
    "propose": (
        "segment_propose",
        "Propose a short rule for each segment that `analyze` found, and say how well it tells it.",
    ),
    "compare": (
        "segment_compare",
        "Cluster the customers by every method that suits them, and say which one to take.",
    ),
    "tree": ("segment_tree", "Join the customers into one tree, and say where to cut it."),
    "before_leaving": (
        "segment_before",
        "Say which sequences of events come before leaving more often than otherwise.",
    ),
    "cluster": (
        "segment_cluster",
        "Cluster the customers of a feature space, compare with an earlier time, and save it.",
    ),
    "unusual": (
        "segment_unusual",
        "Find customers, or records, that are unlike all the others, and say in what.",
    ),
    "rhythm": (
        "segment_rhythm",
        "Group the customers whose months went alike: who grows, who fades, who comes in summer.",
    ),
    "baskets": ("segment_baskets", "Say what is bought together."),
}
"""Module and help by the name of the function; a `_` at its end is not typed."""
