"""Builds the bilingual Unigram tokenizer: pieces that are words in both languages.

The Unigram trainer alone splits English words that are not very frequent ("pant|her|s"), and a
piece that is no word has no translation; and it joins Chinese phrases ("启动仪式"), which hide the
words in them. So the vocabulary is chosen: the commonest English words whole; Chinese characters,
headwords of a dictionary, place names, frequent pairs and names; and what the trainer proposes for
the rest. The Chinese part is settled by hard expectation maximisation: segment the text with the
present pieces, count, re-score with log relative frequencies, drop the rarest, repeat (Kudo 2018,
"Subword Regularization", with Viterbi counts).

    python -m training.tokenizer --data DATA --ecdict ecdict.csv --out training/work
"""

from __future__ import annotations

import argparse
import math
import re
import tempfile
import time
from collections import Counter
from pathlib import Path

import regex
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

from training import data as sets

SIZE = 65_000  # below 65,536, so that a token id is stored in two bytes
LONGEST = 14
# whole words of Latin letters; the rest of the pieces is Chinese, numbers and parts of words
LATIN_WORDS = 32_000
LEAST_HAN, LEAST_PIECE = (
    12,
    40,
)  # how often a character, and a pair or name that no dictionary has, must occur
UNKNOWN = "[UNK]"
HAN = r"[\p{Han}\p{Hiragana}\p{Katakana}ー〇]"
# A word of Latin letters carries its mark of beginning; a number stays whole until pieces split it;
# punctuation and white space carry nothing and are dropped.
PATTERN = rf"▁[\p{{Latin}}\p{{M}}]+|{HAN}+|\p{{N}}+(?:[.,]\p{{N}}+)*|[%‰]|[^\s\p{{P}}▁]"


def simplifier() -> bytes:
    """A precompiled character map from traditional to simplified Chinese, one character to one.

    The table is OpenCC's TSCharacters; SentencePiece compiles it into the form that the tokenizer
    file can hold.
    """
    import opencc
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2

    table = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    pairs = (line.split("\t") for line in table.read_text("utf8").splitlines() if "\t" in line)
    rules = {old: new.split()[0] for old, new in pairs}
    with tempfile.TemporaryDirectory() as folder:
        rule_file, text_file = Path(folder, "rules.tsv"), Path(folder, "text.txt")
        rule_file.write_text(
            "".join(
                f"{ord(a):X}\t{ord(b):X}\n"
                for a, b in sorted(rules.items())
                if len(a) == len(b) == 1 and a != b
            ),
            "utf8",
        )
        text_file.write_text("\n".join(f"some text {n}" for n in range(200)), "utf8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(text_file),
            model_prefix=f"{folder}/model",
            vocab_size=30,
            hard_vocab_limit=False,
            normalization_rule_tsv=str(rule_file),
            minloglevel=2,
        )
        proto = sentencepiece_model_pb2.ModelProto()
        proto.ParseFromString(Path(folder, "model.model").read_bytes())
    return proto.normalizer_spec.precompiled_charsmap


def empty(charsmap: bytes, pieces: list[tuple[str, float]] | None = None) -> Tokenizer:
    """A Unigram tokenizer with our normaliser and word boundaries, over the given scored pieces."""
    tokenizer = Tokenizer(
        models.Unigram([(UNKNOWN, 0.0), *pieces], 0) if pieces else models.Unigram()
    )
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKC(),
            normalizers.Lowercase(),
            normalizers.Precompiled(charsmap),
            normalizers.Replace(Regex(r"(?<![\p{Latin}\p{M}'’])(?=\p{Latin})"), "▁"),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(PATTERN), "removed", invert=True)
    return tokenizer


def word_counts(texts, charsmap: bytes) -> Counter:
    """How often each pre-token (English word, run of Chinese characters, number) occurs."""
    normalise = empty(charsmap).normalizer.normalize_str
    find = regex.compile(PATTERN).findall
    counts: Counter = Counter()
    for text in texts:
        counts.update(find(normalise(text)))
    return counts


def viterbi_counts(tokenizer: Tokenizer, words: list[str], counts: Counter) -> Counter:
    """How often each piece is used when the words are segmented by the tokenizer."""
    bare = Tokenizer(tokenizer.model)
    used: Counter = Counter()
    for first in range(0, len(words), 20_000):
        batch = words[first : first + 20_000]
        for word, encoding in zip(batch, bare.encode_batch_fast(batch)):
            for piece in encoding.ids:
                used[piece] += counts[word]
    return Counter({bare.id_to_token(piece): n for piece, n in used.items()})


def english_words(counts: Counter, entries: list[sets.Entry], most: int) -> dict[str, float]:
    """The words of Latin letters that become pieces, with how often each is expected among a
    million words.

    The mean of what the texts show and of what a word's place in a list of general English implies
    (Zipf: the n-th word makes about 0.08 / n of a text; an inflected form a third of that), because
    the texts are a small sample of what will be asked.
    """
    latin = {w: n for w, n in counts.items() if w.startswith("▁") and len(w) <= 2 * LONGEST}
    total = sum(latin.values())
    expected = {w: 1e6 * n / total for w, n in latin.items() if n >= 3}
    general: dict[str, float] = {}
    for entry in entries:
        if entry.rank:
            for form, share in ((entry.en, 1.0), *((f, 0.3) for f in entry.forms)):
                word = "▁" + form.lower()
                if re.fullmatch("▁[a-z]{1,27}", word):
                    general[word] = max(general.get(word, 0.0), share * 8e4 / entry.rank)
    if general:
        expected = {
            w: (expected.get(w, 0) + general.get(w, 0)) / 2
            for w in expected.keys() | general.keys()
        }
    return dict(sorted(expected.items(), key=lambda item: (-item[1], item[0]))[:most])


def chinese_words(proposed: set[str], known: set[str], counts: Counter, least: int) -> set[str]:
    """What of the proposed pieces of several characters is a word: headwords, frequent pairs, and
    names.

    A longer piece that is no headword is taken for a name only where it cannot be put together from
    words ("泽连斯基", but not "启动仪式"): a phrase that is a piece hides the words that it
    consists of.
    """
    words = {w for w in known if counts[w] >= 2}
    for piece in proposed:
        inner = (piece[i:j] for i in range(len(piece)) for j in range(i + 2, len(piece) + 1))
        if counts[piece] >= least and (
            len(piece) == 2 or len(piece) <= 4 and not any(part in known for part in inner)
        ):
            words.add(piece)
    return words


def train(data: Path, dictionary: Path | None = None, size: int = SIZE, log=print) -> Tokenizer:
    """The tokenizer, from all texts of the training sets. Takes some minutes on two cores.

    Args:
        data: folder of the training sets.
        dictionary: ``ecdict.csv``, for how common an English word is; the texts alone tell without
            it.
        size: number of pieces.
        log: called with a line of progress.
    """
    started = time.time()
    charsmap = simplifier()
    counts = word_counts(sets.texts(data), charsmap)
    log(f"{len(counts):,} different words {time.time() - started:.0f}s")
    entries = list(sets.entries(dictionary)) if dictionary else []
    latin = english_words(counts, entries, LATIN_WORDS)
    # Candidates need not be perfect, only plentiful: the most frequent words are enough to propose
    # them.
    sample = [
        word for word, _ in counts.most_common(400_000) if len(word) <= 40 and word not in latin
    ]
    trainer = trainers.UnigramTrainer(
        vocab_size=size // 2,
        max_piece_length=LONGEST,
        unk_token=UNKNOWN,
        show_progress=False,
        special_tokens=[UNKNOWN],
    )
    proposed = Tokenizer(models.Unigram())
    proposed.train_from_iterator(
        (word for word in sample for _ in range(min(8, math.isqrt(counts[word])))), trainer=trainer
    )
    log(f"proposed {proposed.get_vocab_size():,} pieces {time.time() - started:.0f}s")

    han = regex.compile(HAN)
    characters: Counter = Counter()
    for word, n in counts.items():
        for character in word:
            characters[character] += n
    single = {c for c, n in characters.items() if n >= (LEAST_HAN if han.match(c) else 5)}
    known = {
        w
        for w in sets.headwords(data) | sets.place_names(data)
        if 2 <= len(w) <= 8 and han.match(w)
    }
    pieces = set(proposed.get_vocab()) - {UNKNOWN}
    longer = {p for p in pieces if len(p) > 1 and han.match(p)}
    # A word that is a piece needs no other pieces: those of Latin letters serve the words that are
    # none.
    parts = {p for p in pieces if not han.match(p) and p not in latin}
    numbers = {w for w, n in counts.items() if w[0].isdigit() and n >= 30}
    chinese = known | longer

    words = [w for w in counts if len(w) <= 200 and w not in latin]
    total_latin = sum(counts[w] for w in latin)
    scores = {
        piece: math.log(max(counts.get(piece, 0), 3)) - 18
        for piece in chinese | parts | numbers | single
    }
    room = size - 1 - len(latin) - len(single - latin.keys())
    for limit in (4 * room, None, None):
        used = viterbi_counts(empty(charsmap, sorted(scores.items())), words, counts)
        if limit is None:
            chinese = chinese_words(longer, known, used, LEAST_PIECE)
        ranked = sorted(
            (p for p in (chinese | parts | numbers) - single - latin.keys()),
            key=lambda p: (-used[p], p),
        )
        keep = single | set(ranked[: limit or room])
        total = sum(used.values()) + total_latin
        scores = {p: math.log(max(used[p], 0.5) / total) for p in keep}
        log(f"{len(scores):,} pieces kept, {total:,} tokens {time.time() - started:.0f}s")
    millions = total_latin / 1e6
    scores |= {w: math.log(max(n * millions, 0.5) / total) for w, n in latin.items()}
    return empty(charsmap, sorted(scores.items(), key=lambda item: (-item[1], item[0])))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--ecdict", type=Path, help="ecdict.csv, for how common a word is; see training/README.md"
    )
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    train(arguments.data, arguments.ecdict).save(str(arguments.out / "tokenizer.json"))


if __name__ == "__main__":
    main()
