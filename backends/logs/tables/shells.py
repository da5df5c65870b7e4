"""A shell's words for a job that a signal ended, in languages other than English and Chinese, which `host` has.

The words are those of the catalogues of the C library and of bash.
"""

from typing import Sequence, Tuple

from backends.logs.symptom import END, FAILED, Symptom

_LINE = (
    r"(?:(?:line|Zeile|ligne|línea|linea|riga|linha|строка|linia|linie|regel|rad|řádek|рядок|satır|linje|rivi|行|줄)"
    r" [0-9]{1,7}|第 ?[0-9]{1,7} ?[行列]|[0-9]{1,7} ?行|[0-9]{1,7}\. sor)"
)
#: "run.sh: Zeile 3:   123 ", "run.sh : ligne 3 :   123 ", "bash: 123 ": behind it the shell says how the job ended.
_REPORT = (
    r"^(?:(?:[^\n:：,]{1,200}[:：,]){1,4}? ?%s ?[:：]|(?:/[\w./-]{1,80}/)?-?(?:ba|da|z|k)?sh:) *[0-9]{1,9} +" % _LINE
)
_JOB = r"\[[0-9]{1,4}\][+-][ \t]{1,8}(?:[0-9]{1,9}[ \t]+)?"
#: Where a word may stand: behind a report, with the command behind it, or alone at the end of what was printed.
_BEFORE = r"(?:([:：][ \t]{0,8}[0-9]{1,9}[ \t]+|%s)|^|[\]|%%)][ \t]?)" % _JOB
_BEHIND = r"(?(1)(?![^\W_])|(?=[ \t]*$|[ \t]{2}|[ \t]*[(（]))"


def _alone(words: Sequence[str]) -> Tuple[str, ...]:
    return tuple(_BEFORE + word + _BEHIND for word in words)


_KILLED_WORDS = (
    r"Abgebrochen \(Killed\)", "Getötet", "Processus arrêté", "Tué", r"Terminado \(killed\)", "Matado", "Ucciso",
    "Morto", "Убито?", "Unicestwiony", "強制終了", "強制結束", "죽었음", "Geëlimineerd", "Dödad", "Zabit", "Вбито",
    "Вбитий", "Süreç durduruldu", "Öldürüldü", "Dræbt", "Slået ihjel", "Tapettu", "Drept", "Kilőve", "Omorât",
)  # fmt: skip
_CRASHED_WORDS = (
    "Speicherzugriffsfehler", "Adressierungsfehler", "Segmentierungsfehler", "Erreur de segmentation",
    "Violación de segmento", "Fallo de segmentación", "Errore di segmentazione", "Fal[htl]a de segmentação",
    "Ошибка сегментирования", "Ошибка сегментации", "Naruszenie ochrony pamięci", "セグメンテーション(?:違反|フォルト)",
    "세그[멘먼]테이션 오류", "Segmentatiefout", "Segmenteringsf(?:el|ejl|eil)", "Segmentfejl", "Chyba segmentace",
    "Neoprávněný přístup do paměti", "Помилка адресування", "Parçalama arızası", "Bölünme hatası",
    "(?:程式記憶體)?區段錯誤", "Muistialueen ylitys", "Minnesegmentsfeil", "Szegmentálási hiba", "Szegmenshiba",
    "Eroare de segmentare", "Bus-Zugriffsfehler", "Bus-Fehler", "Erreur d[ue] bus", "Error del bus", "Errore di bus",
    "Erro de bus", "Ошибка шины", "Błąd szyny", "バスエラー", "버스 오류", "Busfout", "Bussfel",
)  # fmt: skip
_ABORTED_WORDS = (
    r"Abgebrochen(?! \((?:Killed|Terminated)\))", "Abandon", "Abortado", "Annullato", "Аварийный останов", "Przerwane",
    "中止", "중지됨", "Afgebroken", "Avbruten", "Keskeytetty", "Afbrudt", "Avbrutt", "Félbeszakítva", "İptal edildi",
    "Перервано", "Neúspěšně ukončen",
)  # fmt: skip
#: Alone, many of these say that a run ended well.
_TERMINATED_WORDS = (
    "Beendet", "Complété", "Terminé", r"Terminado(?! \(killed)", "Terminato", "Завершено", "Прерван", "Zakończony",
    "종료됨", "중단됨", "Beëindigd", "Avslutad", "Avslutat", "Ukončen", "Припинено", "Sonlandırıldı", "終止",
    "Termineret", "Päätetty", "Terminert", "Befejeződött", "Terminat",
)  # fmt: skip
KILLED, CRASHED, ABORTED = _alone(_KILLED_WORDS), _alone(_CRASHED_WORDS), _alone(_ABORTED_WORDS)
TERMINATED = (r"Abgebrochen \(Terminated\)",) + tuple(_JOB + word + r"(?![^\W_])" for word in _TERMINATED_WORDS)

#: What other rows tell more of: these, and what `host` has in English and Chinese.
_TOLD = _KILLED_WORDS + _CRASHED_WORDS + _ABORTED_WORDS + (
    "Killed", "Aborted", "Terminated", "Segm", "Bus error", "Illegal", "Floating", "[已被]", "段", "总", "非法", "浮",
)  # fmt: skip

_CORE_DUMPED = (
    r"\(core dumped", "Speicherabzug geschrieben", "core' generado", r"\(core dump creato", "núcleo despejado",
    "imagem do núcleo gravada", "памяти сброшен на диск", r"\(zrzut pamięci", "コアダンプ", "코어 덤프",
    "geheugendump gemaakt", "minnesutskrift skapad", "çekirdek döküldü", r"核心已(?:转储|傾印)",
    "знімок оперативної пам", r"\(smed kerne", r"\(luotiin core", r"\(kjerne lagret", r"\(core készült",
)  # fmt: skip

SYMPTOMS = (
    Symptom(
        "run.sh: Zeile 3: 123 Unterbrechung  python3 train.py; (core dumped)",
        (_REPORT + r"(?!%s)[^\W\d_][^\n]{0,60}?(?:[ \t]{2}|[ \t]*[(（]|[ \t]*$)" % "|".join(_TOLD),) + _CORE_DUMPED,
        "the shell reports that a signal ended the job",
        "read the word that the shell has for it, and the lines before it",
        FAILED,
        END,
    ),
)
