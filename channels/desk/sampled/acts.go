package sampled

import (
	"net/http"
	"strconv"
	"time"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/bell"
	"lianou/core/sampled"
)

func (k *Room) take(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "asked")
	if err != nil {
		return err
	}
	if err := k.d.Sampled.Take(r.Context(), at.Staff, id); err != nil {
		return err
	}
	return desk.Back(w, r, callPath(id), "这一家归您问,半小时内别人不打。")
}

// numbersShown is how many numbers one person may be shown in an hour.
var numbersShown = bell.Rate{Count: 30, Per: time.Hour}

var errTooMany = core.E(core.KindTooMany, "sampled_numbers", "这一小时看的号码太多了,过一会儿再看。")

func (k *Room) phone(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "asked")
	if err != nil {
		return err
	}
	if ok, _ := k.d.Bell.Allow(r.Context(), "sampled:staff:"+desk.ActorOf(at).ID, numbersShown); !ok {
		return errTooMany
	}
	phone, name, err := k.d.Sampled.Number(r.Context(), at.Staff, id)
	if err != nil {
		return err
	}
	return at.Page.Part(w, "sampled", "ask-phone", struct{ Phone, Name string }{phone.Reveal(), name})
}

func (k *Room) answer(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "asked")
	if err != nil {
		return err
	}
	got, err := k.d.Sampled.Answer(r.Context(), at.Staff, sampled.Answer{Call: id, Arrived: sampled.Arrived(r.FormValue("arrived")),
		Yuan: r.FormValue("yuan"), On: r.FormValue("on"), Words: r.FormValue("words")})
	if err != nil {
		return err
	}
	say := "记下了。和发的对得上。"
	switch {
	case got.Mismatch():
		say = "记下了。和发的对不上,已经交给发钱的人查。"
	case got == sampled.Unsure || got == sampled.Vague:
		say = "记下了。"
	}
	return desk.Back(w, r, home, say)
}

func (k *Room) missed(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "asked")
	if err != nil {
		return err
	}
	sent, err := k.d.Sampled.Missed(r.Context(), at.Staff, id)
	if err != nil {
		return err
	}
	if sent {
		return desk.Back(w, r, home, "三个时段都没找到人,转给村里上门了。")
	}
	return desk.Back(w, r, home, "记下了。换个时段它会再出现。")
}

func (k *Room) own(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "matter")
	if err != nil {
		return err
	}
	if err := k.d.Sampled.Own(r.Context(), at.Staff, id); err != nil {
		return err
	}
	return desk.Back(w, r, matterPath(id), "这一件归您办。")
}

func (k *Room) end(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "matter")
	if err != nil {
		return err
	}
	waits, err := k.d.Sampled.Close(r.Context(), at.Staff, id, sampled.Result(r.FormValue("result")), r.FormValue("words"))
	if err != nil {
		return err
	}
	if waits {
		return desk.Back(w, r, home, "记下了。请另一个人确认。")
	}
	return desk.Back(w, r, home, "办结了,这家在进度里看得到。")
}

func (k *Room) confirm(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r, "matter")
	if err != nil {
		return err
	}
	stamp, _ := strconv.ParseInt(r.FormValue("stamp"), 10, 64) // nonsense is no word that waits
	holds := r.FormValue("holds")
	if holds != "yes" && holds != "no" {
		return core.Invalid("holds", "请选是这样,还是请他再查。")
	}
	if err := k.d.Sampled.Confirm(r.Context(), at.Staff, id, time.UnixMicro(stamp), holds == "yes"); err != nil {
		return err
	}
	if holds == "no" {
		return desk.Back(w, r, home, "退回去了,请他再查。")
	}
	return desk.Back(w, r, home, "确认了,办结。")
}
