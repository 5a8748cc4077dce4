package desk

import (
	"context"
	"net/http"

	"lianou/core"
	"lianou/core/pg"
	"lianou/core/staff"
)

// devicePage is what somebody sees of their own second factor.
type devicePage struct {
	Said, Say, Next string
	Device          staff.Device
}

func (d *Desk) device(w http.ResponseWriter, r *http.Request, at At) error {
	next := r.URL.Query().Get("next")
	if next != "" {
		next = safeNext(next)
	}
	return d.showDevice(w, r, at, devicePage{Said: Said(w, r), Next: next})
}

// showDevice shows the page, with what was wrong.
func (d *Desk) showDevice(w http.ResponseWriter, r *http.Request, at At, p devicePage) error {
	err := d.d.DB.Read(r.Context(), pg.NoScope(), func(ctx context.Context, tx *pg.Tx) (err error) {
		p.Device, err = d.d.Staff.DeviceOf(ctx, tx, at.Staff.ID)
		return err
	})
	if err != nil {
		return err
	}
	status := http.StatusOK
	if p.Say != "" {
		status = http.StatusUnprocessableEntity
	}
	return d.pages.show(w, status, at.Staff, View{Name: "device", Title: "手机口令"}, p)
}

// again has whoever sits here show password and code once more. ok is false when the answer is
// written: an open desk is not enough to take somebody's account over.
func (d *Desk) again(w http.ResponseWriter, r *http.Request, at At) (ok bool, err error) {
	_, err = d.d.Staff.Again(r.Context(), staff.Half{Person: at.Staff}, r.FormValue("password"), r.FormValue("code"))
	if err == nil {
		return true, nil
	}
	if known := core.Known(err); known.Kind == core.KindInvalid || known.Kind == core.KindTooMany {
		return false, d.showDevice(w, r, at, devicePage{Say: known.Say})
	}
	return false, err
}

func (d *Desk) newDevice(w http.ResponseWriter, r *http.Request, at At) error {
	if ok, err := d.again(w, r, at); !ok {
		return err
	}
	return d.showOffer(w, r, at, 0, nil)
}

// showOffer shows the device that is being enrolled, a new one for 0.
func (d *Desk) showOffer(w http.ResponseWriter, r *http.Request, at At, id int64, fault error) error {
	o, err := d.d.Staff.Replace(r.Context(), at.Staff, id)
	if err != nil {
		return err
	}
	d.d.Sessions.Offering(r.Context(), o.ID)
	f, status := drawn(o), http.StatusOK
	f.Name, f.To, f.Next = at.Staff.Name, "/desk/device/prove", "/desk/device"
	if fault != nil {
		known := core.Known(fault)
		f.Say, status = known.Say, statusOf[known.Kind].status
	}
	return d.pages.show(w, status, at.Staff, View{Name: "enrol", Title: "绑定手机"}, f)
}

func (d *Desk) proveDevice(w http.ResponseWriter, r *http.Request, at At) error {
	id := d.d.Sessions.Offered(r.Context())
	if id == 0 {
		return staff.ErrOffer
	}
	proof, papers, err := d.d.Staff.Enrol(r.Context(), staff.Half{Person: at.Staff, Full: true}, id, r.FormValue("code"))
	if known := core.Known(err); err != nil && (known.Kind == core.KindInvalid || known.Kind == core.KindTooMany) {
		return d.showOffer(w, r, at, id, err)
	}
	if err != nil {
		return err
	}
	d.keepDevice(w, proof.Browser)
	// Every session of the account is over by now, this one too: it begins anew with the new device.
	if err := d.d.Sessions.SignInWith(r.Context(), at.Staff, proof); err != nil {
		return err
	}
	return d.showPapers(w, at, papers)
}

func (d *Desk) newPapers(w http.ResponseWriter, r *http.Request, at At) error {
	if ok, err := d.again(w, r, at); !ok {
		return err
	}
	papers, err := d.d.Staff.Papers(r.Context(), staff.Half{Person: at.Staff, Full: true})
	if err != nil {
		return err
	}
	return d.showPapers(w, at, papers)
}

func (d *Desk) showPapers(w http.ResponseWriter, at At, papers []string) error {
	return d.pages.show(w, http.StatusOK, at.Staff, View{Name: "papers", Title: "备用码"}, secondForm{Papers: papers, Next: "/desk/device"})
}
