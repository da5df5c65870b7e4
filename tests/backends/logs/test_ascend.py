import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backends.logs import ascend, reading
from tests.backends.logs import messages_of_ascend

LOGGER = "I tf_adapter/kernels/geop_npu.cc:822] "
SENTENCE = "The model has been compiled on the Ascend AI processor, current graph id is: "
LINE = LOGGER + SENTENCE
WORDS = SENTENCE.split()
QUOTES = "'\"`\u2018\u2019\u201c\u201d\u300c\u300d\u300f\u00bb"
TEXT = st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=200)
#: What other output can be glued before the line: not only a mark, no quotation that begins, no command that is traced.
BEFORE = TEXT.filter(lambda text: "+ " not in text).map(lambda text: text + "it/s]")
#: What can stand directly behind the number without being a part of it.
BEHIND = TEXT.filter(lambda text: not text[:1].isnumeric() and text[:1] not in tuple(QUOTES))


@pytest.mark.parametrize(
    "prefix",
    [
        "geop_npu.cc:822] ",
        "2022-12-01 00:19:17.618028: I tf_adapter/kernels/geop_npu.cc:854] ",
        "I /home/builder/Compile_GraphEngine/tensorflow/tf_adapter/kernels/geop_npu.cc:764] ",
        "2023-01-01 00:00:00.1: I compiler_depend.ts:777] ",
        "loss 0.5, 236.2 samples/sec2022-12-01 00:19:17.6: I geop_npu.cc:854] ",
        "  0%|          | 0/14471 [00:00<?, ?it/s]2022-08-26 21:25:17.2: I tf_adapter/kernels/geop_npu.cc:824] ",
        "[ModelArts Service Log]2022-08-26 21:25:17.2: I tf_adapter/kernels/geop_npu.cc:824] ",
        "I0000 00:00:1742485702.762730   82189 geop_npu.cc:1178] ",
        "------------------------------I geop_npu.cc:822] ",
    ],
)
@pytest.mark.parametrize("blank", ["", " "])
def test_a_compiled_graph_is_seen_with_or_without_the_blank_whatever_stands_before(prefix, blank):
    text = prefix + SENTENCE.rstrip() + blank + "21\nmore\n"
    assert ascend.compiled_graph_ids(text) == (21,)


def test_graphs_are_told_in_the_order_of_the_text_and_again_where_compiled_again():
    text = "".join("x %s%d\n" % (LINE, number) for number in (1, 11, 21, 11))
    assert ascend.compiled_graph_ids(text) == (1, 11, 21, 11)
    assert reading.read(text).facts == ("graphs compiled: 4 (ids 1, 11 (2 times), 21)",)


def test_a_time_stamp_glued_to_the_number_is_no_part_of_it():
    text = LINE + "112022-12-01 00:19:17.6: I geop_npu.cc:854] " + SENTENCE + "21"
    assert ascend.compiled_graph_ids(text) == (11, 21)
    assert ascend.compiled_graph_ids(LINE + "2022") == (2022,)


def test_a_number_no_graph_can_have_proves_nothing():
    assert ascend.compiled_graph_ids(LINE + "9" * 5000) == ()


@given(BEFORE, st.integers(0, 999999), BEHIND, st.sampled_from(["", " "]))
def test_the_line_is_found_anywhere_in_any_text(before, number, behind, blank):
    assume(not behind[:3].isdecimal())
    text = before + LINE.rstrip() + blank + "%d" % number + behind
    assert number in ascend.compiled_graph_ids(text)
    assert reading.read(text).device == "npu"


@given(TEXT)
def test_no_text_without_the_sentence_says_that_the_npu_did_the_work(text):
    assume(SENTENCE.rstrip() not in text)
    read = reading.read(text)
    assert ascend.compiled_graph_ids(text) == () and (read.device, read.is_used) != ("npu", "yes")


@given(st.lists(st.sampled_from([case.log for case in messages_of_ascend.CASES])))
def test_no_heap_of_messages_without_the_sentence_says_that_the_npu_did_the_work(logs):
    assert reading.read("".join(logs)).is_used != "yes"


@given(
    st.integers(0, len(WORDS) - 1), st.text(alphabet="abcdefghijklmnopqrstuvwxyz:,", max_size=12), st.integers(1, 99)
)
def test_a_sentence_with_another_word_proves_nothing(place, word, number):
    words = list(WORDS)
    assume(words[place] != word)
    words[place] = word
    text = LOGGER + " ".join(words) + " %d\n" % number
    assume(SENTENCE.rstrip() not in text)
    assert ascend.compiled_graph_ids(text) == () and reading.read(text).is_used != "yes"


@given(st.integers(0, len(SENTENCE.rstrip()) - 1), st.characters(blacklist_categories=("Cs", "Cc")))
def test_a_sentence_with_another_character_proves_nothing(place, character):
    sentence = SENTENCE.rstrip()
    assume(sentence[place] != character)
    assert reading.read(LOGGER + sentence[:place] + character + sentence[place + 1 :] + " 1\n").is_used != "yes"


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,  # a script that looks for it
        SENTENCE + "<n>",
        SENTENCE + "x1",
        SENTENCE + " 1",  # two blanks
        SENTENCE.lower() + "1",
        SENTENCE.replace(" is: ", " is ") + "1",
        SENTENCE.replace("Ascend ", "") + "1",
        SENTENCE.replace("has been", "has not been") + "1",
        SENTENCE + "\u0661",  # an Arabic one
        SENTENCE.replace(" current", "\ncurrent") + "1",
    ],
)
def test_what_only_resembles_the_sentence_proves_nothing(text):
    text = LOGGER + text
    assert ascend.compiled_graph_ids(text) == () and reading.read(text).is_used == "not proven"


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE + "1",
        "+ grep -q '%s1' train_0.log" % SENTENCE,
        "+ grep -q '%s1' train_0.log" % LINE,
        "+ grep 'geop_npu.cc:822] %s1' train_0.log" % SENTENCE,
        'if grep -q "2022-08-26 21:25:17.2: %s1" train_0.log; then' % LINE,
        "# " + SENTENCE + "1",
        "# 2022-08-26 21:25:17.2: " + LINE + "1",
        "> > " + LINE + "1",
        "| %s1 | the proof |" % LINE,
        'I did not see "%s1" anywhere' % SENTENCE,
        'no line "%s11" was found' % LINE,
        "a good log says \u201c%s11\u201d" % LINE,
        "you should see geop_npu.cc:822] %s11" % SENTENCE,
        "ERROR: " + SENTENCE + "1",
        "compiler: " + SENTENCE + "1",
    ],
)
def test_a_quoted_sentence_proves_nothing(text):
    for log in (text, "step 1\n%s\nstep 2\n" % text):
        assert ascend.compiled_graph_ids(log) == () and reading.read(log).is_used == "not proven"


STAMPED = "2026-01-01 00:00:00.000000: " + LINE + "1"


@pytest.mark.parametrize(
    "before, behind",
    [
        ("missing in log: ", ""),
        ("There is no line like ", ""),
        ("There is no line like ", "."),
        ("expected: ", ""),
        ("expected ", ""),
        ("expected\uff1a", ""),
        ("missing ", " in train.log"),
        ("missing - ", ""),
        ("missing in the log ", ""),
        ("I looked for ", " in vain"),
        ("a good log has, for example, ", ""),
        ("see e.g. ", ""),
        ("INFO:root: ", ""),
        ("[WARNING]: ", ""),
        ("train.log:12:", ""),
        ("12:", ""),
        ("proof = ", ""),
        ("no proof -> ", ""),
        ("&quot;", "&quot;"),
        ("it says &#39;", ""),
        ("\u00ab", "\u00bb"),
        ("\u201e", "\u201c"),
        ("<li><code>", "</code></li>"),
        ("(", ")"),
        ("1. ", ""),
        ("- [ ] ", ""),
        ("+ grep ", ""),
        ("+ grep -F ", " train_0.log"),
        ("+ PROOF=", ""),
        ("++ printf %s\\n ", ""),
        ("me@host:~$ grep -c ", " train_0.log"),
        ("if ! grep -q -e ", " train_0.log; then"),
        ("\u65e5\u5fd7\u4e2d\u6ca1\u6709 ", ""),
    ],
)
def test_a_whole_line_that_prose_or_a_command_repeats_proves_nothing(before, behind):
    text = before + STAMPED + behind
    for log in (text, "step 1\n%s\nstep 2\n" % text, "step 1\n  %s" % text):
        assert ascend.compiled_graph_ids(log) == () and reading.read(log).is_used == "not proven"
    assert reading.read(text + "\n" + STAMPED + "\n").is_used == "yes"


@pytest.mark.parametrize(
    "before",
    [
        "[1,0]<stderr>:",
        "[1]<stderr>:",
        "[1,0]<stderr>: ",
        "loss 0.5[1,0]<stderr>:",
        "[rank0]: ",
        "[rank0]:",
        "stderr: ",
        "2026-01-01T00:00:00Z stderr F ",
        "2026-01-01T00:00:00.123456789Z ",
        "2026-01-01 00:00:00: ",
        "Jan  1 00:00:00 node1 python3[4711]: ",
        "0: ",
        " 3: ",
        "worker-0: ",
        "worker-0:",
        "trainer_1  | ",
        "trainer.1.abc@node    | ",
        "[pod/train-0/main] ",
        "(pid=4711) ",
        "Epoch 3: ",
        "Epoch 3/10: ",
        "epoch 3, loss 0.5, ",
        "training accuracy is 0.0625, time 236.274 samples/sec",
        "Training:   3%|#         | 1/30 [00:01<00:29, 1.0s/it]",
        "10/10 [==============================] - 2s 0.2s/step - loss: 0.5 ",
        "10/10 [==============================]",
        "Loading weights ... ",
        "weights found",
    ],
)
def test_a_line_with_other_output_or_the_name_of_its_stream_before_it_is_proof(before):
    for log in (before + STAMPED, "step 1\n%s%s\nstep 2\n" % (before, STAMPED)):
        assert ascend.compiled_graph_ids(log) == (1,) and reading.read(log).is_used == "yes"


@given(st.sampled_from(["like ", "for ", "expected ", "missing ", "label: ", "&quot;"]), TEXT)
def test_whatever_stands_before_a_word_that_leads_to_a_quotation_it_proves_nothing(word, before):
    log = before + " " + word + STAMPED + "\n"
    assert ascend.compiled_graph_ids(log) == () and reading.read(log).is_used != "yes"


@given(TEXT.filter(lambda text: "]" not in text), st.integers(1, 99))
def test_a_sentence_without_file_and_line_before_it_proves_nothing(before, number):
    assert reading.read(before + SENTENCE + "%d\n" % number).is_used != "yes"


def test_lines_of_the_adapter_are_a_hint_and_no_proof():
    read = reading.read("W tf_adapter/util/infershape_util.cc:313] The InferenceContext of node init is null.\n" * 3)
    assert (read.device, read.is_used, read.has_failed) == ("npu", "not proven", False)
    assert read.facts == ("lines of the adapter: 3, a hint that graphs reached it, no proof that the NPU did the work",)
    assert "npu-smi" in read.diagnosis and "TF_CPP_MIN_LOG_LEVEL" in read.diagnosis


def test_with_mixed_compilation_a_part_may_be_on_the_host():
    text = "mix_compile_mode is %s, iterations_per_loop is 1\n" + LINE + "1\n"
    assert reading.read(text % "True").is_used == "partly" and reading.read(text % "False").is_used == "yes"


def test_cards_that_compiled_different_numbers_of_graphs_are_named_as_they_hang():
    ids = [61] * 8 + [71] * 8 + [81] * 4
    (fact,) = [fact for fact in reading.read("".join("%s%d\n" % (LINE, i) for i in ids)).facts if "several" in fact]
    assert "graph 81 was compiled 4 times, others 8 times" in fact
    even = reading.read("".join("%s%d\n" % (LINE, i) for i in [61] * 8 + [71] * 8))
    assert not [fact for fact in even.facts if "several" in fact]
