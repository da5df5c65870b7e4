"""What stands before a message on its line and makes it a word of somebody else: prose, a command, a mark."""

import re

#: The quotation that they begin ends behind the message, or on another line.
_OPENING = tuple("'\"`\u2018\u201c\u300c\u300e\u00ab\u00bb\u201e\u2039(\uff08") + (
    "&quot;", "&#34;", "&#39;", "&apos;", "&#x27;", "&lsquo;", "&ldquo;", "&bdquo;", "&laquo;", "&lt;", "&gt;",
)  # fmt: skip
_CLOSING = tuple("'\"`\u2019\u201d\u300d\u300f\u00bb\u201c") + (
    "&quot;", "&#34;", "&#39;", "&apos;", "&#x27;", "&rsquo;", "&rdquo;", "&raquo;", "&lt;",
)  # fmt: skip
#: A comment, a citation, a list, a row of a table, a command that the shell shows.
_MARKS = re.compile(r"[ \t]*(?:(?:[#>|+*$-]|//)[ \t#>|+*$/-]{0,7}|[0-9]{1,3}[.)]|[-*] \[[ xX]?\])\Z")
#: `set -x` shows commands so, one + for each level.
_TRACED = re.compile(r"[ \t]*\++ [^ \t]")
_COMMAND = re.compile(
    r"(?<![\w./-])(?:/usr)?(?:/bin/)?(?:[efz]?grep|rg|ag|ack|awk|sed|findstr|Select-String|echo|printf)[ \t]", re.I
)
_TAG = re.compile(r"<(?:code|pre|samp|kbd|q|blockquote|p|li|t[dth]|span|div|b|i|em|strong|mark)\b[^<>]{0,200}>\Z", re.I)
#: Words that lead to a quotation. Output that is glued to the line has no blank between.
_LEADING = re.compile(
    r"(?:\b(?:like|as|for|e\.g\.|i\.e\.|instance|example|expect(?:s|ed|ing)?|miss(?:es|ed|ing)?|lacks?|lacking|absent|"
    r"no|not|never|without|need(?:s|ed)?|wants?|wanted|requires?|required|says?|said|saying|tells?|told|reads?|reading|"
    r"see|sees|saw|seen|shows?|shown|find|finds|found|look|looks|looking|search(?:es|ed|ing)?|match(?:es|ed|ing)?|"
    r"contain(?:s|ed|ing)?|include[sd]?|including|hold(?:s|ing)?|has|have|had|print(?:s|ed)?|writes?|wrote|written|"
    r"is|are|was|be|of|the|an?|this|that|line|lines|message|text|string|pattern|sentence|words|proof|quot(?:e|es|ed|ing)|"
    r"call(?:s|ed)|named|namely|in|from|logs?|below|following|exactly|where|if|when|until|whether|and|or|but|to|with|by|contra|versus|vs\.?)"
    r"[,;]?(?:[ \t]{1,8}(?:-{1,2}>?|=>|[\u2192\u2013\u2014]))?[ \t]{1,8}"
    r"|(?:\u6ca1\u6709|\u7f3a\u5c11|\u4f8b\u5982|\u6bd4\u5982|\u7c7b\u4f3c|\u5982|\u67e5\u627e|\u641c\u7d22|\u5305\u542b"
    r"|\u671f\u671b|\u627e\u5230|\u627e\u4e0d\u5230|\u51fa\u73b0|\u663e\u793a|\u4e3a|\u662f)[ \t]{0,8}"
    r"|\w[ \t]{0,8}=[ \t]{0,8}|[ \t](?:[-=]>|\u2192)[ \t]{0,8})\Z",
    re.IGNORECASE,
)
#: What programs that gather the output of others write before each line, and a count of progress.
_GATHERED = re.compile(
    r"(?:\[[^\[\]\n]{0,80}[0-9][^\[\]\n]{0,80}\](?:<[a-z]{1,12}>)?:"  # mpirun, torchrun: "[1,0]<stderr>:", "[rank0]:"
    r"|<?std(?:err|out)>?:"
    r"|\b[\w.@/-]{1,100}\[[0-9]{1,9}\]:"  # syslog: "python3[4711]:"
    r"|^[ \t]{0,8}[0-9]{1,6}:[ \t]+"  # srun --label; grep -n has no blank
    r"|^[A-Za-z][\w.-]{0,100}[0-9][\w.-]{0,60}:"  # pdsh and the like: "worker-0:"
    r"|(?<![0-9])[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.,][0-9]{1,9})?Z?:"  # a time
    r"|\b(?:epochs?|iter(?:ation)?s?|batch(?:es)?)[^\w\n]{0,4}[0-9][0-9/ ]{0,20}:)[ \t]*\Z",
    re.IGNORECASE,
)


def _is_label(before: str) -> bool:
    return before.rstrip(" \t").endswith((":", "\uff1a")) and not _GATHERED.search(before)


def is_quoted(before: str, behind: str) -> bool:
    """Whether a message is quoted, from the text before and behind it on its line.

    A label with a colon, a word that leads to a quotation, an opening mark, a command that looks for the message: each
    says that somebody else repeats it. Output of another stream that is glued before the message says nothing.
    """
    stripped = before.rstrip(" \t")
    if stripped.endswith(_OPENING) or behind.startswith(_CLOSING):
        return True
    if _MARKS.match(stripped) or _TRACED.match(before) or _COMMAND.search(before) or _TAG.search(stripped):
        return True
    return _LEADING.search(before) is not None or _is_label(before)
