package sampled

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/staff"
	"lianou/core/wording"
)

// Arrived is what a household says to "did it arrive?".
type Arrived string

// What may be said. NotFound is nobody's word: somebody went there and found nobody.
const (
	Yes        Arrived = "yes" // and how much
	YesVaguely Arrived = "vague"
	No         Arrived = "no"
	Other      Arrived = "taken" // somebody else took it
	Unknown    Arrived = "unknown"
	NotFound   Arrived = "unfound"
)

// Answer is what the caller writes down.
type Answer struct {
	Call    int64
	Arrived Arrived
	Yuan    string // for Yes
	On      string // 2026-11-30; "" where they do not know
	Words   string // theirs
}

var yuan = regexp.MustCompile(`^[0-9]{1,8}(\.[0-9]{1,2})?$`)

// amount reads a number of yuan as somebody typed it: digits and at most two decimals, so that
// nothing is guessed of "约 300" or "1e3".
func amount(text string) (core.Fen, error) {
	text = strings.TrimSpace(text)
	if !yuan.MatchString(text) {
		return 0, core.Invalid("yuan", "请照他说的写多少元,只写数字,例如 390 或 390.50。记不清多少,请选“到了,记不清多少”。")
	}
	f, err := core.ParseYuan(text)
	if err == nil && f <= 0 {
		err = core.Invalid("yuan", "到了就不是 0 元。没到,请选“没到”。")
	}
	return f, err
}

// Answer writes down what a household said, once, and compares it with what was paid. What is not the
// same opens a matter. Errors: KindInvalid, ErrNone, ErrBarred, ErrOver, ErrNotMe, ErrWords.
func (s *Sampled) Answer(ctx context.Context, who staff.Person, in Answer) (got Outcome, err error) {
	words, err := said(in.Words, ErrWords)
	if err != nil {
		return "", err
	}
	err = s.act(ctx, who, in.Call, func(ctx context.Context, tx *pg.Tx, c Call) error {
		if !c.Mine(who.ID, tx.Now()) {
			return ErrNotMe
		}
		if err := s.compare(ctx, tx, &c, in); err != nil {
			return err
		}
		got = c.Outcome
		return s.keep(ctx, tx, who, c, words)
	})
	return got, err
}

// compare sets what an answer comes to.
func (s *Sampled) compare(ctx context.Context, tx *pg.Tx, c *Call, in Answer) error {
	var err error
	switch in.Arrived {
	case Yes:
		if c.Stated, err = amount(in.Yuan); err != nil {
			return err
		}
		var paid core.Fen
		if err := tx.QueryRow(ctx, `select amount from sampled_call where id = $1`, c.ID).Scan(&paid); err != nil {
			return pg.Fail(err, "read what was paid")
		}
		if c.Outcome = Right; paid != c.Stated {
			c.Outcome = Amount
		}
	case YesVaguely:
		c.Outcome = Vague
	case Unknown:
		c.Outcome = Unsure
	case No:
		c.Outcome = Missing
	case Other:
		c.Outcome = Taken
	case NotFound:
		if c.Outcome = Unfound; c.How != Visit {
			return core.Invalid("arrived", "电话没找到人,请点“没找到人”,换个时段再打。")
		}
	default:
		return core.Invalid("arrived", "请选到了没有。")
	}
	if in.On == "" || in.Arrived != Yes && in.Arrived != YesVaguely {
		return nil
	}
	on, err := core.ParseDate(in.On)
	if err != nil || on > tx.Today() || on < tx.Today().AddDate(0, -3, 0) {
		return core.Invalid("on", "他说的日子要在三个月内,不晚于今天。记不清就空着。")
	}
	c.StatedOn = on
	return nil
}

// keep writes an answer with what follows from it.
func (s *Sampled) keep(ctx context.Context, tx *pg.Tx, who staff.Person, c Call, words string) error {
	// 1. The answer, sealed.
	under, sealed, err := s.seal(ctx, tx, "sampled_call", words)
	if err != nil {
		return err
	}
	const sql = `update sampled_call set outcome = $2, stated = $3, stated_on = $4, by_staff = $5, answered = $6, words = $7, row = $8::uuid where id = $1`
	var stated, on any
	if c.Stated > 0 {
		stated = int64(c.Stated)
	}
	if !c.StatedOn.IsZero() {
		on = c.StatedOn.Time()
	}
	if _, err := tx.Exec(ctx, sql, c.ID, string(c.Outcome), stated, on, int64(who.ID), tx.Now(), sealed, under); err != nil {
		return refused(pg.Fail(err, "write an answer"))
	}
	if err := s.asked(ctx, tx, c); err != nil {
		return err
	}
	// 2. The matter.
	var by core.Date
	if c.Outcome.Mismatch() {
		if by, err = s.matter(ctx, tx, who, c); err != nil {
			return err
		}
	}
	// 3. What the household reads of it.
	citizen, inside := wording.Asked(wording.AskedWhat(c.Outcome), c.ItemName, c.Month, by)
	if err := s.line(ctx, tx, who, c, "sampled.answered", citizen, inside); err != nil {
		return err
	}
	return s.trace(ctx, tx, who, "sampled.answered", c, map[string]any{"outcome": c.Outcome})
}

// asked has the clock of asking go on to what of the claim is left to ask, or ends it.
func (s *Sampled) asked(ctx context.Context, tx *pg.Tx, c Call) error {
	var left *time.Time
	if err := tx.QueryRow(ctx, `select min(due) from sampled_call where claim = $1 and case_id = $2 and outcome = ''`, int64(c.Claim), int64(c.Case)).Scan(&left); err != nil {
		return pg.Fail(err, "look what is left to ask")
	}
	return s.onward(ctx, tx, askClock(0), c, left)
}

// onward has a clock go on to the earliest day of what is left of a claim; nil for nothing.
func (s *Sampled) onward(ctx context.Context, tx *pg.Tx, d casefile.Deadline, of Call, left *time.Time) error {
	if d.Case, d.Claim = of.Case, of.Claim; left != nil {
		d.Due = core.NewDate(left.Date())
	}
	return s.d.Cases.Onward(ctx, tx, d)
}

// line writes one of the timeline and shows it to the household.
func (s *Sampled) line(ctx context.Context, tx *pg.Tx, who staff.Person, c Call, kind, citizen, inside string) error {
	e := casefile.Event{Case: c.Case, Kind: fmt.Sprintf("%s/%d", kind, c.ID), Actor: casefile.As(who), Citizen: citizen, Staff: inside}
	if err := s.d.Cases.AddEvent(ctx, tx, e); err != nil {
		return err
	}
	return s.d.Cases.PublishStatus(ctx, tx, c.Case)
}

func (s *Sampled) seal(ctx context.Context, tx *pg.Tx, table, words string) (under string, sealed []byte, err error) {
	if err := tx.QueryRow(ctx, `select gen_random_uuid()::text`).Scan(&under); err != nil {
		return "", nil, pg.Fail(err, "name a row")
	}
	sealed, err = s.d.Ring.Seal([]byte(words), wordsAt(table, under))
	return under, sealed, err
}

// MostTries is how many calls in vain there are before somebody goes there, each at another time of
// the day.
const MostTries = 3

// Missed writes down that nobody was reached. The third one, at a third time of the day, sends
// somebody of the township there. Errors: ErrNone, ErrBarred, ErrOver, ErrNotMe, ErrSlot.
func (s *Sampled) Missed(ctx context.Context, who staff.Person, id int64) (sent bool, err error) {
	err = s.act(ctx, who, id, func(ctx context.Context, tx *pg.Tx, c Call) error {
		slot := Slot(tx.Now())
		switch {
		case !c.Mine(who.ID, tx.Now()):
			return ErrNotMe
		case c.How != Phone:
			return core.Invalid("arrived", "上门没找到人,请选“没找到人”,写一句为什么。")
		case c.rang(slot):
			return ErrSlot
		}
		const try = `insert into sampled_try (call, case_id, region, slot, at, staff) values ($1, $2, $3, $4, $5, $6)`
		if _, err := tx.Exec(ctx, try, id, int64(c.Case), string(c.Region), slot, tx.Now(), int64(who.ID)); err != nil {
			return refused(pg.Fail(err, "write a call in vain"))
		}
		how := Phone
		if sent = c.Tries+1 >= MostTries; sent {
			how = Visit
		}
		if _, err := tx.Exec(ctx, `update sampled_call set how = $2, taker = null, taken = null where id = $1`, id, string(how)); err != nil {
			return refused(pg.Fail(err, "write a call in vain"))
		}
		if sent {
			if err := s.line(ctx, tx, who, c, "sampled.sent", "想问您钱到没到,打了三次电话没找到您。请村里的人上门来问。", "问钱到没到:三个时段没打通,转协理员上门"); err != nil {
				return err
			}
		}
		return s.trace(ctx, tx, who, "sampled.missed", c, map[string]any{"slot": slot, "sent": sent})
	})
	return sent, err
}
