package notify

import (
	"cmp"
	"context"
	"slices"
	"time"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/seal"
)

// past is what is known of one way to a contact: zero times for never.
type past struct {
	told   time.Time // proven: the provider's report, or a key pressed
	failed time.Time // dead for good, such as a number out of service
}

// wish is by which way somebody wants to be told first; "" for none.
type wish struct {
	channel core.ChannelName
	at      time.Time
}

// order gives the ways in the order in which this notice tries them. What was begun goes on
// first, in the order it was begun: nothing learnt meanwhile makes a second message overtake
// one whose answer is awaited. Then what the person wishes, where they asked for this very
// message, what told them last, the others as they are configured, and last what is dead: tried all the same, since a number may be
// somebody's again, and nobody is left out because of what we believe.
func (n *loaded) order(routes []Route) []Route {
	out := slices.Clone(routes)
	slices.SortStableFunc(out, func(a, b Route) int {
		if by := cmp.Compare(n.rank(a.Channel), n.rank(b.Channel)); by != 0 {
			return by
		}
		if x, y := n.attempts[a.Channel], n.attempts[b.Channel]; x != nil {
			return x.first.Compare(y.first)
		}
		return n.past[b.Channel].told.Compare(n.past[a.Channel].told)
	})
	return out
}

const (
	rankBegun = iota
	rankWished
	rankInvited
	rankOpen
	rankDead
)

func (n *loaded) rank(c core.ChannelName) int {
	p, wished := n.past[c], n.wish.channel == c && c != ""
	dead := p.failed.After(p.told)
	switch {
	case n.attempts[c] != nil:
		return rankBegun
	case wished && n.wish.at.After(p.failed): // they may know better than the last failure
		return rankWished
	case dead:
		return rankDead
	case wished:
		return rankWished
	case n.invited[c]:
		return rankInvited
	}
	return rankOpen
}

// readInvited asks the ways on which nothing was sent yet whether this notice was asked for
// there. Without it a text that arrived once would hide for good every subscription that
// somebody taps later: WeChat proves nothing, and a text does.
func (w *Worker) readInvited(ctx context.Context, n *loaded) error {
	n.invited = map[core.ChannelName]bool{}
	for _, r := range w.cfg.Routes {
		s, can := r.Sender.(Invited)
		if !can || n.attempts[r.Channel] != nil {
			continue
		}
		var err error
		if n.invited[r.Channel], err = s.Invited(ctx, n.citizen, n.kind); err != nil {
			return err
		}
	}
	return nil
}

// readWays fills in what is known of the ways to the contact of a notice.
func (n *loaded) readWays(ctx context.Context, tx *pg.Tx, person, contact []byte) error {
	n.past = map[core.ChannelName]past{}
	if contact == nil {
		return nil
	}
	const q = `select channel, told, failed, null::timestamptz from contact_way where contact = $1
		union all (select channel, null, null, at from contact_wish where person = $2 order by id desc limit 1)`
	rows, err := tx.Query(ctx, q, contact, person)
	if err != nil {
		return pg.Fail(err, "read the ways to a contact")
	}
	defer rows.Close()
	for rows.Next() {
		var channel core.ChannelName
		var told, failed, wished *time.Time
		if err := rows.Scan(&channel, &told, &failed, &wished); err != nil {
			return pg.Fail(err, "read the ways to a contact")
		}
		if wished != nil {
			n.wish = wish{channel, *wished}
			continue
		}
		n.past[channel] = past{orZero(told), orZero(failed)}
	}
	return pg.Fail(rows.Err(), "read the ways to a contact")
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// learn keeps what an outcome proves about a way. An accepted message proves nothing.
func (n *loaded) learn(ctx context.Context, tx *pg.Tx, channel core.ChannelName, out Outcome) error {
	told, failed := out.Result == Delivered, out.Result == Refused && out.Gone
	if n.contact == nil || !told && !failed {
		return nil
	}
	const arrived = `insert into contact_way as w (contact, channel, told) values ($1, $2, $3)
		on conflict (contact, channel) do update set told = greatest(w.told, excluded.told)`
	if failed {
		const dead = `insert into contact_way as w (contact, channel, failed, code) values ($1, $2, $3, $4)
			on conflict (contact, channel) do update set failed = greatest(w.failed, excluded.failed), code = excluded.code`
		_, err := tx.Exec(ctx, dead, n.contact, channel, tx.Now(), out.Code)
		return pg.Fail(err, "keep what is known of a way")
	}
	_, err := tx.Exec(ctx, arrived, n.contact, channel, tx.Now())
	return pg.Fail(err, "keep what is known of a way")
}

// Keys are the keyed hashes under which what is known of somebody's ways is kept: no
// account and no number stands there.
type Keys struct{ shared seal.Blinder }

// NewKeys makes Keys from the secret that both programs share.
func NewKeys(shared seal.Blinder) Keys { return Keys{shared} }

// Person is whose wish counts: the account, and the number of who has none. nil for nobody.
func (k Keys) Person(citizen string, phone core.Phone) []byte {
	switch {
	case k.shared.IsZero():
		return nil
	case citizen != "":
		return k.shared.Blind("notify.person", "account:"+citizen)
	case !phone.IsZero():
		return k.shared.Blind("notify.person", "phone:"+phone.Reveal())
	}
	return nil
}

// contact is the account with the number: what was learnt of another number does not count.
func (k Keys) contact(citizen string, phone core.Phone) []byte {
	if k.shared.IsZero() || citizen == "" && phone.IsZero() {
		return nil
	}
	number := ""
	if !phone.IsZero() {
		number = phone.Reveal()
	}
	return k.shared.Blind("notify.contact", citizen+"/"+number)
}

// Wish is by which way somebody wants to be told first.
type Wish struct {
	Channel core.ChannelName // "" for as it comes
	Staff   core.StaffID     // who wrote it down for them, 0 for themselves
	At      time.Time
}

// SetWish writes down a wish; "" takes the last one back. It orders the ways and takes none
// away: who is not reached so is told by the others. KindInvalid for another way.
func SetWish(ctx context.Context, tx *pg.Tx, person []byte, w Wish) error {
	if len(person) == 0 || w.Channel != "" && !slices.Contains(core.ToldWays(), w.Channel) {
		return core.Invalid("way", "请选一种告诉您的办法。")
	}
	const q = `insert into contact_wish (person, channel, at, staff) values ($1, $2, $3, nullif($4, 0))`
	_, err := tx.Exec(ctx, q, person, w.Channel, tx.Now(), int64(w.Staff))
	return pg.Fail(err, "write down a wish")
}

// WishOf reads the last wish; the zero Wish for none.
func WishOf(ctx context.Context, tx *pg.Tx, person []byte) (w Wish, err error) {
	const q = `select channel, coalesce(staff, 0), at from contact_wish where person = $1 order by id desc limit 1`
	err = pg.Fail(tx.QueryRow(ctx, q, person).Scan(&w.Channel, &w.Staff, &w.At), "read a wish")
	if core.KindOf(err) == core.KindNotFound {
		return Wish{}, nil
	}
	return w, err
}
