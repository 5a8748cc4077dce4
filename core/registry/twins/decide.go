package twins

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/riverqueue/river"

	"lianou/core"
	"lianou/core/audit"
	"lianou/core/pg"
	"lianou/core/registry"
)

// Say is what somebody of the staff says about a pair.
type Say string

// What can be said.
const (
	SaySame      Say = "same"
	SayDifferent Say = "different"
	SayLater     Say = "later"
	SayUndo      Say = "undo" // two rows that were made one are two again
)

// Verdict is one word of one member of staff about one pair.
type Verdict struct {
	Pair   int64
	Say    Say
	Reason string // 1 to 500 characters
	Staff  core.StaffID
}

// laterDays is after how many days a pair that was put off comes back.
const laterDays = 14

// Settle draws the consequence of what people said about a pair.
type Settle struct {
	Pair    int64 `json:"pair" river:"unique"`
	Verdict int64 `json:"verdict" river:"unique"`
}

// Kind is the stable name.
func (Settle) Kind() string { return "pair_settle" }

// InsertOpts makes the job unique by verdict.
func (Settle) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// Decide keeps a word about a pair, for each township of it that tx sees, and has the
// consequence drawn by a job: the other township's line is out of this scope. Errors:
// KindInvalid without a reason, KindForbidden without a person who says it, ErrNoPair.
func (t *Twins) Decide(ctx context.Context, tx *pg.Tx, v Verdict) error {
	v.Reason = strings.TrimSpace(v.Reason)
	switch {
	case v.Staff <= 0:
		return core.E(core.KindForbidden, "no_decider", "是不是同一个人,要由工作人员核对决定。")
	case !slices.Contains([]Say{SaySame, SayDifferent, SayLater, SayUndo}, v.Say):
		return core.Invalid("verdict", "请选一项:同一个人、不是同一个人、以后再看。")
	case v.Reason == "" || utf8.RuneCountInString(v.Reason) > 500 || !utf8.ValidString(v.Reason) || strings.ContainsRune(v.Reason, 0):
		return core.Invalid("reason", "请写明依据,例如看了哪份证件、问了谁,不超过 500 字。")
	}
	lines, err := t.lines(ctx, tx, v.Pair, false)
	if err != nil {
		return err
	}
	if merged := lines[0].State == One; merged != (v.Say == SayUndo) {
		return core.E(core.KindConflict, "pair_state", "这一对刚刚被处理过,请刷新后再看。")
	}
	var last int64
	for i, line := range lines {
		if i > 0 && line.Town == lines[0].Town {
			continue
		}
		reason, err := t.Ring.Seal([]byte(v.Reason), reasonAt(v.Pair, line.Town))
		if err != nil {
			return err
		}
		const sql = `insert into person_verdict (pair, region, verdict, reason, staff, at) values ($1, $2, $3, $4, $5, $6) returning id`
		if err := tx.QueryRow(ctx, sql, v.Pair, line.Town, v.Say, reason, int64(v.Staff), tx.Now()).Scan(&last); err != nil {
			return pg.Fail(err, "keep a word about a pair")
		}
		err = t.Audit.Write(ctx, tx, audit.Entry{Actor: audit.Actor{Kind: "staff", ID: strconv.FormatInt(int64(v.Staff), 10)}, Act: "pair.judged",
			Subject: audit.PersonSubject(line.Person), Region: line.Town, Purpose: "registry.twins", Detail: map[string]any{"pair": v.Pair, "say": v.Say}})
		if err != nil {
			return err
		}
	}
	return t.Jobs.Insert(ctx, tx, Settle{Pair: v.Pair, Verdict: last})
}

// Settle draws the consequence of the words about a pair as they are now: whoever comes
// later, or runs it twice, comes to the same.
//
// Two rows become one only when people of each of their townships said so, and two of
// them where the numbers differ. One who says that they are two is enough to leave them
// two: that takes nothing from anybody.
func (t *Twins) Settle(ctx context.Context, job Settle) error {
	return t.DB.Tx(ctx, citywide(), func(ctx context.Context, tx *pg.Tx) error {
		lines, err := t.lines(ctx, tx, job.Pair, true)
		if err != nil {
			return err
		}
		if len(lines) != 2 {
			return core.E(core.KindInternal, "pair_half", "")
		}
		words, err := wordsAbout(ctx, tx, job.Pair)
		if err != nil || len(words) == 0 {
			return err
		}
		switch last := words[len(words)-1]; {
		case lines[0].State == One && last.Say == SayUndo:
			return t.undo(ctx, tx, lines, last)
		case lines[0].State == One:
			return nil
		case slices.ContainsFunc(words, func(w Word) bool { return w.Say == SayDifferent }):
			return settle(ctx, tx, job.Pair, Different)
		case last.Say == SayLater:
			return later(ctx, tx, job.Pair)
		}
		return t.merge(ctx, tx, lines, words)
	})
}

// merge makes the two one where the words suffice; else the pair waits.
func (t *Twins) merge(ctx context.Context, tx *pg.Tx, lines []Pair, words []Word) error {
	var staff []core.StaffID
	for _, w := range words {
		if w.Say == SaySame && !slices.Contains(staff, w.Staff) {
			staff = append(staff, w.Staff)
		}
	}
	for _, line := range lines {
		if !slices.ContainsFunc(words, func(w Word) bool { return w.Say == SaySame && w.Town == line.Town }) {
			return nil
		}
	}
	a := registry.Alias{Decider: staff[0]}
	if len(staff) > 1 {
		a.Second = staff[1]
	}
	ready, err := t.ready(ctx, tx, lines, &a)
	if err != nil || !ready {
		return err
	}
	if err := t.Registry.Merge(ctx, tx, purpose(), a); err != nil {
		return err
	}
	if err := t.became(ctx, tx, words[len(words)-1], a, false); err != nil {
		return err
	}
	return settle(ctx, tx, lines[0].ID, One)
}

// ready chooses which of two rows stays, and reports whether they may become one now:
// not with two numbers and one word, and not while either belongs to another pair in a
// way that would make a chain.
func (t *Twins) ready(ctx context.Context, tx *pg.Tx, lines []Pair, a *registry.Alias) (bool, error) {
	x, y := lines[0].Person, lines[1].Person
	people, err := t.Registry.Open(ctx, tx, []core.PersonID{x, y})
	if err != nil {
		return false, err
	}
	nx, ny := people[x].IDNumber, people[y].IDNumber
	if !nx.IsZero() && !ny.IsZero() && nx != ny && a.Second == 0 {
		return false, nil
	}
	sx, err := t.Registry.Aside(ctx, tx, x)
	if err != nil {
		return false, err
	}
	sy, err := t.Registry.Aside(ctx, tx, y)
	if err != nil {
		return false, err
	}
	if sx.For != 0 || sy.For != 0 || sx.Keeps && sy.Keeps {
		return false, t.Audit.Write(ctx, tx, audit.Entry{Actor: machine(), Act: "pair.blocked", Subject: audit.PersonSubject(x), Region: lines[0].Town,
			Purpose: "registry.twins", Detail: map[string]any{"pair": lines[0].ID}})
	}
	a.Kept, a.Gone = x, y // the older row, by its id
	if sy.Keeps || !sx.Keeps && nx.IsZero() && !ny.IsZero() {
		a.Kept, a.Gone = y, x
	}
	return true, nil
}

// undo makes the two rows two again, and the pair a question again.
func (t *Twins) undo(ctx context.Context, tx *pg.Tx, lines []Pair, last Word) error {
	for _, line := range lines {
		s, err := t.Registry.Aside(ctx, tx, line.Person)
		if err != nil {
			return err
		}
		if s.For != line.Other {
			continue
		}
		if err := t.Registry.Unmerge(ctx, tx, purpose(), line.Person, last.Staff); err != nil {
			return err
		}
		if err := t.became(ctx, tx, last, registry.Alias{Kept: line.Other, Gone: line.Person}, true); err != nil {
			return err
		}
		return settle(ctx, tx, line.ID, Open)
	}
	return core.E(core.KindInternal, "pair_not_merged", "")
}

func purpose() registry.Purpose { return registry.Purpose{Actor: machine(), Why: "registry.twins"} }

// settle writes what has become of a pair on both of its lines.
func settle(ctx context.Context, tx *pg.Tx, pair int64, state State) error {
	const sql = `update person_pair set state = $2, until = null, settled = case when $2 in ('same', 'different') then $3::timestamptz end where pair = $1`
	_, err := tx.Exec(ctx, sql, pair, string(state), tx.Now())
	return pg.Fail(err, "settle a pair")
}

func later(ctx context.Context, tx *pg.Tx, pair int64) error {
	const sql = `update person_pair set state = 'later', until = $2, settled = null where pair = $1`
	_, err := tx.Exec(ctx, sql, pair, (tx.Today() + laterDays).Time())
	return pg.Fail(err, "put a pair off")
}
