package city

import (
	"context"
	"fmt"

	"lianou/core"
	"lianou/core/discreet"
	"lianou/core/pg"
	"lianou/core/sampled"
)

// askedLine is what the sampled calls of one county came to, as it may be shown.
type askedLine struct{ Name, Called, Reached, Right, Wrong string }

// asked is one month of it (F105), by the day on which the money was paid.
type asked struct {
	Month         string
	Before, After string // 2026-10; "" for a month that has not come
	Lines         []askedLine
}

func (c *Room) asked(ctx context.Context, tx *pg.Tx, month string) (a asked, err error) {
	if c.d.Sampled == nil {
		return a, nil
	}
	of := sampled.MonthOf(month, tx.Today())
	a.Month, a.Before = of.Time().Format("2006年1月"), of.AddDate(0, -1, 0).Time().Format("2006-01")
	if next := of.AddDate(0, 1, 0); next <= tx.Today() {
		a.After = next.Time().Format("2006-01")
	}
	got, err := c.d.Sampled.Figures(ctx, tx, of)
	if err != nil {
		return a, err
	}
	for _, county := range c.d.Regions.Counties() {
		a.Lines = append(a.Lines, askedOf(county.Name, got[county.Code]))
	}
	return a, nil
}

// askedOf hides what could point at a person: a small count, and one whose rest would be small.
func askedOf(name string, f sampled.Figures) askedLine {
	called := discreet.Alone(f.Called)
	reached := discreet.Part(f.Reached, called)
	right, wrong := discreet.Part(f.Right, reached), discreet.Part(f.Wrong, reached)
	word := func(n discreet.Count) string {
		if n.Hidden() {
			return fmt.Sprintf("少于 %d", discreet.Least)
		}
		return core.Yuan(int64(n.N())).Short()
	}
	part := func(n discreet.Count) string {
		if n.Hidden() {
			return "不写"
		}
		return word(n)
	}
	return askedLine{name, word(called), part(reached), part(right), part(wrong)}
}
