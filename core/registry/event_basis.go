package registry

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// leastWords and mostWords bound what is said of an event, in words and in characters. Who said
// what is not said in fewer than four.
const leastWords, mostWords = 4, 300

var (
	errBasis = core.Invalid("words", "写清楚凭什么:看了哪份证明、编号多少,或者问了谁、怎么说的、看到了什么,300 个字以内。光写「去世了」「上门看过」这样的,不算。")
	errWhy   = core.Invalid("reason", "写清楚为什么撤销:谁说的、看到了什么,4 到 300 个字。光写「登错了」「核实过」这样的,不算。")
)

// Because gives a Life by whose next event is kept, sealed, what it is told by, or why another one
// is taken back: the number of a paper, or who said what. A death, a departure and every undo
// demands it (demands); of other events nothing is kept.
func (l *Life) Because(words string) *Life {
	with := *l
	with.words = strings.TrimSpace(words)
	return &with
}

// demands reports whether an event is kept only with words: one that ends somebody's place, and
// one that takes another back. What a department says of its own register is its own basis, of a
// file as of an exchange: "registry:civil". The database holds the same (life_event_told).
func demands(kind EventKind, source string) bool {
	return slices.Contains([]EventKind{EventDeath, EventMoveOut, EventUndo}, kind) && !strings.HasPrefix(source, "registry:")
}

// says reports whether words say anything of this event: more than core.Told, for what is written
// most often where nobody looked fits every death, and every mistake.
func says(words string) bool {
	if !utf8.ValidString(words) || utf8.RuneCountInString(words) > mostWords || strings.ContainsRune(words, 0) || !core.Told(words, leastWords) {
		return false
	}
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) {
			return r
		}
		return -1
	}, words)
	return !slices.Contains(strings.Fields(hollow), letters)
}

// hollow are the texts that fit every event of their kind.
const hollow = `上门看过 上门看过了 已上门看过 看过证明 看过证明了 看过原件 村里说的 村里人说的 邻居说的 邻居们说的 家属说的 家里人说的 派出所说的 问过派出所 问过派出所了
	已经去世 已经去世了 他去世了 她去世了 人去世了 确已去世 人已经没了 人已经死了 已经搬走 搬走了的 已经搬走了 人已经搬走了 已搬出德州
	登记错了 登错了的 弄错了的 录入错误 登记有误 登记错误 信息有误 信息错误 这条登错了 填写错误 操作失误 操作错误 误操作了 撤销登记 申请撤销 需要撤销`

// check refuses words that say nothing where they are demanded. Errors: KindInvalid.
func (w *writing) check() error {
	switch e := w.event; {
	case !demands(e.Kind, e.Told.Source) || says(w.l.words):
		return nil
	case e.Kind == EventUndo:
		return errWhy
	}
	return errBasis
}

// sealed are the words of the event as they are kept; nil where none are asked for.
func (w *writing) sealed() ([]byte, error) {
	if !demands(w.event.Kind, w.event.Told.Source) {
		return nil, nil
	}
	return w.l.reg.ring.Seal([]byte(w.l.words), wordsAt(w.event.ID))
}

func wordsAt(id EventID) seal.At { return at("life_event", int64(id), "words") }

// opened gives what was sealed; "" of nothing.
func (r *Registry) opened(sealed []byte, place seal.At) (string, error) {
	if sealed == nil {
		return "", nil
	}
	plain, err := r.ring.Open(sealed, place)
	return string(plain), err
}

// actor is whoever acts, as events keep them: "staff:7".
func (p Purpose) actor() string { return p.Actor.Kind + ":" + p.Actor.ID }

// traceEvent writes that somebody read an event, or spoke of it.
func (l *Life) traceEvent(ctx context.Context, tx *pg.Tx, why Purpose, act string, e Event, detail looked) error {
	detail.Home, detail.By = e.Household, string(e.Kind)+":"+strconv.FormatInt(int64(e.ID), 10)
	return l.reg.trace(ctx, tx, why, act, Person{ID: e.Person, Region: e.Region}, detail)
}
