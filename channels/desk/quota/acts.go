package quota

import (
	"context"
	"net/http"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/casefile"
	"lianou/core/pg"
	"lianou/core/quota"
)

// on runs one act on a round and goes back to the page it was done from.
func (k *Room) on(w http.ResponseWriter, r *http.Request, at desk.At, said string, do func(id int64) error) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		return err
	}
	return desk.Back(w, r, back(at, id), said)
}

// of runs one act on a household of a round, of which whoever acts is no kin.
func (k *Room) of(w http.ResponseWriter, r *http.Request, at desk.At, said string, do func(id int64, n int) error) error {
	return k.on(w, r, at, said, func(id int64) error {
		n, err := entryOf(r, "n")
		if err != nil {
			return err
		}
		if err := k.stranger(r, at, id, n); err != nil {
			return err
		}
		return do(id, n)
	})
}

// stranger refuses an act on a household from its kin: who gets a place and who is passed
// over is for somebody else to write down. Who used to live there counts, and wherever they live now:
// of a household that nobody lives in any more, the place is still to be written about.
func (k *Room) stranger(r *http.Request, at desk.At, id int64, n int) error {
	return k.d.DB.Read(r.Context(), at.Staff.Scope(), func(ctx context.Context, tx *pg.Tx) error {
		list, err := k.d.Quota.Entries(ctx, tx, id, n, 1)
		if err != nil || len(list) == 0 {
			return err
		}
		kin, err := k.d.Quota.Kin(ctx, tx, at.Staff.ID, list[0].Household)
		if err == nil && kin {
			err = casefile.ErrConflictOfInterest
		}
		return err
	})
}

func (k *Room) withdraw(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	gone, err := k.d.Quota.Withdraw(r.Context(), at.Staff, id, r.FormValue("why"))
	if err != nil {
		return err
	}
	return desk.Back(w, r, home(id), map[bool]string{true: "这一批撤了。", false: "提出来了。名单排好了,撤掉要两个人,请另一个人也来撤。"}[gone])
}

func (k *Room) stay(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return k.on(w, r, at, "收回来了,这一批不撤。", func(id int64) error {
		return k.d.Quota.Stay(r.Context(), at.Staff, id)
	})
}

var errNotRead = core.Invalid("read", "请先看完名单,勾上「名单我看过了」。")

func (k *Room) freeze(w http.ResponseWriter, r *http.Request, at desk.At) error {
	if r.FormValue("read") == "" {
		return errNotRead
	}
	return k.on(w, r, at, "名单冻结了。从第一户起,一户一户地问。", func(id int64) error {
		return k.d.Quota.Freeze(r.Context(), at.Staff, id, r.FormValue("digest"))
	})
}

func (k *Room) offer(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return k.of(w, r, at, "名额给他家留着了,通知正在发。", func(id int64, n int) error {
		by, err := core.ParseDate(r.FormValue("by"))
		if err != nil {
			return quota.ErrAnswerDay
		}
		return k.d.Quota.Offer(r.Context(), at.Staff, id, quota.Offering{N: n, By: by, Sure: r.FormValue("sure") != "", Home: r.FormValue("home") != ""})
	})
}

func (k *Room) try(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return k.of(w, r, at, "记下了。", func(id int64, n int) error {
		return k.d.Quota.Try(r.Context(), at.Staff, id, n, offerOf(r), quota.Try{How: quota.How(r.FormValue("how")), Words: r.FormValue("words")})
	})
}

func (k *Room) visit(w http.ResponseWriter, r *http.Request, at desk.At) error {
	met := r.FormValue("met")
	if met != "yes" && met != "no" {
		return core.Invalid("met", "请选见没见到他家的人。")
	}
	return k.of(w, r, at, "记下了。", func(id int64, n int) error {
		return k.d.Quota.Visit(r.Context(), at.Staff, id, n, seenOf(r), quota.Visit{Met: met == "yes", Words: r.FormValue("words")})
	})
}

func (k *Room) answer(w http.ResponseWriter, r *http.Request, at desk.At) error {
	to, said := quota.Outcome(r.FormValue("answer")), "答复记下了,正在告诉他家。"
	if to == quota.Declined || to == quota.Unreached {
		said = "记下了,正在告诉他家。名额还给他家留着,请另一个人核对。"
	}
	return k.of(w, r, at, said, func(id int64, n int) error {
		return k.d.Quota.Answer(r.Context(), at.Staff, id, quota.Answer{N: n, Offer: offerOf(r), State: to, Words: r.FormValue("words")})
	})
}

func (k *Room) skip(w http.ResponseWriter, r *http.Request, at desk.At) error {
	return k.of(w, r, at, "提出来了,正在告诉他家。请另一个人核对。", func(id int64, n int) error {
		return k.d.Quota.Skip(r.Context(), at.Staff, id, quota.Skip{N: n, Reason: quota.Reason(r.FormValue("reason")), Words: r.FormValue("words")})
	})
}

func (k *Room) second(w http.ResponseWriter, r *http.Request, at desk.At) error {
	holds := r.FormValue("holds") == "yes"
	return k.of(w, r, at, map[bool]string{true: "核对过了,记在名单上。", false: "记下了不是这样,原来的不动。"}[holds], func(id int64, n int) error {
		return k.d.Quota.Second(r.Context(), at.Staff, id, n, seenOf(r), holds)
	})
}

func (k *Room) undo(w http.ResponseWriter, r *http.Request, at desk.At) error {
	said := "提出来了。请另一个人核对,核对以前什么都不动。"
	if seenOf(r).State == "asked" {
		said = "收回来了,原来的不动。"
	}
	return k.of(w, r, at, said, func(id int64, n int) error {
		return k.d.Quota.Undo(r.Context(), at.Staff, id, n, seenOf(r), r.FormValue("why"))
	})
}
