package recheck

import (
	"net/http"
	"strconv"

	"lianou/channels/desk"
	"lianou/core"
	"lianou/core/recheck"
)

func (k *Room) commit(w http.ResponseWriter, r *http.Request, at desk.At) error {
	since, err := core.ParseDate(r.FormValue("since"))
	until, err2 := core.ParseDate(r.FormValue("until"))
	if err != nil || err2 != nil {
		return core.Invalid("since", "请选从哪天到哪天。")
	}
	if r.FormValue("sure") == "" {
		return core.Invalid("sure", "开了就不能撤。请核对起止日期,再打钩。")
	}
	id, err := k.d.Recheck.Commit(r.Context(), at.Staff, core.RegionCode(r.FormValue("county")), since, until)
	if err != nil {
		return err
	}
	return desk.Back(w, r, home(id), "开好了。密封的数进了日志,谁也没看见。")
}

func (k *Room) freeze(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	if err := k.d.Recheck.List(r.Context(), at.Staff, id); err != nil {
		return err
	}
	return desk.Back(w, r, home(id), "名单定了,谁也加不进、拿不掉。")
}

func (k *Room) draw(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	if err := k.d.Recheck.Draw(r.Context(), at.Staff, id); err != nil {
		return err
	}
	return desk.Back(w, r, home(id), "抽好了。请派人。")
}

func (k *Room) send(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	first, _ := strconv.ParseInt(r.FormValue("first"), 10, 64) // nobody is not two
	second, _ := strconv.ParseInt(r.FormValue("second"), 10, 64)
	on, err := core.ParseDate(r.FormValue("on"))
	if err != nil {
		return core.Invalid("on", "请选哪天去。")
	}
	err = k.d.Recheck.Send(r.Context(), at.Staff, recheck.Send{Round: id, Case: caseOf(r), Visitors: [2]core.StaffID{core.StaffID(first), core.StaffID(second)}, On: on})
	if err != nil {
		return err
	}
	return desk.Back(w, r, home(id), "派好了,两个人的抽查页里有这一家。")
}

func (k *Room) found(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	err = k.d.Recheck.Write(r.Context(), at.Staff, id, caseOf(r), recheck.Outcome(r.FormValue("outcome")), r.FormValue("words"))
	if err != nil {
		return err
	}
	return desk.Back(w, r, mineHome, "记下了。请一起去的另一个人来确认。")
}

func (k *Room) hold(w http.ResponseWriter, r *http.Request, at desk.At) error {
	id, err := number(r)
	if err != nil {
		return err
	}
	word, _ := strconv.ParseInt(r.FormValue("word"), 10, 64) // nothing is no word that waits
	holds := r.FormValue("holds")
	if holds != "yes" && holds != "no" {
		return core.Invalid("holds", "请选是这样,还是不是这样。")
	}
	if err := k.d.Recheck.Hold(r.Context(), at.Staff, id, caseOf(r), word, holds == "yes"); err != nil {
		return err
	}
	if holds == "no" {
		return desk.Back(w, r, mineHome, "没有算数。请两个人商量好,重新写。")
	}
	return desk.Back(w, r, mineHome, "确认了。")
}
