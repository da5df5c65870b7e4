"""What a shell says of a job that a signal ended, in the languages of its catalogues."""

import pytest

from backends.logs import reading

COMPILED = "I geop_npu.cc:822] The model has been compiled on the Ascend AI processor, current graph id is: 1\n"
WORDS = [
    ("killed", "Getötet"),
    ("killed", "Abgebrochen (Killed)"),
    ("killed", "Processus arrêté"),
    ("killed", "Tué"),
    ("killed", "Terminado (killed)"),
    ("killed", "Ucciso"),
    ("killed", "Morto"),
    ("killed", "Убито"),
    ("killed", "強制終了"),
    ("killed", "죽었음"),
    ("abort", "Abgebrochen"),
    ("abort", "Abgebrochen (Speicherabzug geschrieben)"),
    ("abort", "Abandon"),
    ("abort", "Abandon (core dumped)"),
    ("abort", "Abortado (`core' generado)"),
    ("abort", "Аварийный останов (образ памяти сброшен на диск)"),
    ("abort", "中止 (コアダンプ)"),
    ("segmentation fault", "Speicherzugriffsfehler"),
    ("segmentation fault", "Speicherzugriffsfehler (Speicherabzug geschrieben)"),
    ("segmentation fault", "Erreur de segmentation (core dumped)"),
    ("segmentation fault", "Violación de segmento"),
    ("segmentation fault", "Falha de segmentação (imagem do núcleo gravada)"),
    ("segmentation fault", "세그먼테이션 오류 (코어 덤프됨)"),
    ("segmentation fault", "Bus-Zugriffsfehler"),
]
PLACES = [
    "%s",
    "  3%%|#  | 1/30 [00:01<00:29]%s",
    "run.sh: Zeile 3:   123 %s python3 train.py",
    "run.sh : ligne 3 :   123 %s                 python3 train.py",
    "bash: 123 %s                 python3 train.py",
    "[1]+  %s                 python3 train.py",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("code, word", WORDS)
def test_a_job_that_a_signal_ended_failed_in_whatever_language_the_shell_says_it(code, word, place):
    read = reading.read(COMPILED + "step 1 loss 0.5\n" + place % word + "\n")
    assert (read.is_used, read.has_failed, read.codes) == ("yes, then failed", True, (code,)) and read.diagnosis
    assert "signal ended the job" not in read.diagnosis  # but which it was


@pytest.mark.parametrize(
    "line",
    [
        "timeout: sending signal TERM to command 'sleep'",
        "timeout: sending signal KILL to command \u2018sleep\u2019",
        "step 1/usr/bin/timeout: sending signal TERM to command 'sleep'",
        "timeout: Signal TERM wird an Befehl \u201esleep\u201c geschickt",
        "timeout: Signal TERM wird an Befehl \u00bbsleep\u00ab geschickt",
        "timeout: envoi du signal TERM à la commande « sleep »",
        "timeout: 'sleep' 명령에 TERM 시그널 보내는 중",
        "timeout: 正在发送信号TERM至命令'sleep'",
        "timeout: the monitored command dumped core",
        "[1]+  Beendet                 python3 train.py",
        "[1]+  Complété              python3 train.py",
        "run.sh: Zeile 3:   123 Beendet                 python3 train.py",
        "run.sh: línea 3:   123 Colgar                  python3 train.py",
        "run.sh: 第 3 行：  123 挂起                    python3 train.py",
        "bash: 123 Hangup                  python3 train.py",
        "Ungültiger Maschinenbefehl (Speicherabzug geschrieben)",
        "Run testcase failed!",
        "[ModelArts Service Log]Run testcase failed!",
    ],
)
def test_what_ends_a_run_before_its_time_and_a_scripts_own_verdict_are_failures(line):
    read = reading.read(COMPILED + "step 1 loss 0.5\n" + line + "\n")
    assert (read.is_used, read.has_failed) == ("yes, then failed", True) and read.diagnosis


@pytest.mark.parametrize(
    "line",
    [
        "timeout: 30",
        "timeout: INTERNAL default",
        "connect_timeout: TERM",
        "Run testcase success!",
        "+ echo 'Run testcase failed!'",
        "Beendet",
        "Terminé",
        "Étape : 3 Terminé",
        "Époque 3 : 120 Complété",
        "INFO: step 3: 120 images   done",
        "Erreur de segmentation : 0.12",
        "Abandon de la première époque",
        "[1]   Fertig                  python3 prepare.py",
        "[1]+  Fini                    python3 prepare.py",
    ],
)
def test_words_of_a_run_that_went_well_are_no_failure(line):
    read = reading.read(COMPILED + "step 1 loss 0.5\n" + line + "\n")
    assert (read.is_used, read.has_failed) == ("yes", False)
