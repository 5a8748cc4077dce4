package app

import (
	"net/http"

	"lianou/channels"
	"lianou/core"
	"lianou/intake"
)

// wrongPost keeps that somebody says that a decision is wrong, and leads back to the case.
func (c *Channel) wrongPost(w http.ResponseWriter, r *http.Request) {
	who, err := c.visitor(w, r, false)
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	in := channels.AppealBody{Key: r.PostFormValue("key"), Item: core.ItemCode(r.PostFormValue("item")), Says: r.PostFormValue("says")}
	if _, _, err := c.door.Appeal(r, who, in); err != nil {
		c.sorry(w, r, err)
		return
	}
	receipt, err := intake.ParseReceipt(r.PathValue("receipt"))
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	http.Redirect(w, r, "/c/app/mine/"+string(receipt)+"?wrong=1", http.StatusSeeOther)
}
