package routing

import (
	"lianou/core"
	"lianou/core/casefile"
)

// Choice is who takes a part of a case, or why nobody does.
type Choice struct {
	Staff core.StaffID // 0: nobody takes it now
	Full  bool         // somebody may, and all who may have as much in hand as they may
	Past  bool         // they take it past what they may have in hand, for it does not wait
	Room  bool         // somebody of the place has room, be it not for this case
	Cap   int          // how many cases one has in hand at once
	Had   int          // how many whoever takes it had before
}

// Asked is one question to Choose.
type Asked struct {
	People []core.StaffID
	Hands  map[core.StaffID]casefile.Hand
	Out    map[core.StaffID]bool // kin, who handed it back, who wrote it down
	Cap    int                   // cases in hand at once
	Past   bool                  // does not wait: goes past the cap where all are at it
	Behind bool                  // others wait before it
}

// Choose is the pure choice: of those below the cap who has least in hand, by weight; ties to the
// earlier in the list. Where all who may take it are at the cap it waits, unless it must not.
func Choose(q Asked) Choice {
	shut, load := map[core.StaffID]bool{}, make(map[core.StaffID]int, len(q.People))
	c := Choice{Cap: q.Cap}
	for _, id := range q.People {
		load[id] = q.Hands[id].Weight
		if full := q.Hands[id].Cases >= q.Cap; full || q.Out[id] {
			shut[id] = true
			c.Room = c.Room || !full
			continue
		}
		c.Room = true
	}
	some := Least(q.People, load, q.Out)
	switch c.Staff = Least(q.People, load, shut); {
	case some == 0:
		c.Staff = 0
	case c.Staff != 0 && q.Behind && !q.Past:
		c.Staff, c.Full = 0, true
	case c.Staff == 0 && q.Past:
		c.Staff, c.Past = some, true
	case c.Staff == 0:
		c.Full = true
	}
	c.Had = q.Hands[c.Staff].Cases
	return c
}

// Least is who has the lowest load among those not left out, ties to the earlier in the list; 0
// when nobody remains. Repeated over the same people it keeps the highest and the lowest load
// within the heaviest single share of each other, once they were: within one case.
func Least(ids []core.StaffID, load map[core.StaffID]int, out map[core.StaffID]bool) core.StaffID {
	var best core.StaffID
	for _, id := range ids {
		if id == 0 || out[id] {
			continue
		}
		if best == 0 || load[id] < load[best] {
			best = id
		}
	}
	return best
}
