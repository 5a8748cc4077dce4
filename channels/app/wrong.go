package app

import (
	"net/http"

	"lianou/channels"
	"lianou/core"
	"lianou/core/citizen"
	"lianou/intake"
)

// wrongPost keeps that somebody says that a decision is wrong, and leads back to the case.
func (c *Channel) wrongPost(w http.ResponseWriter, r *http.Request) {
	c.sayOf(w, r, "wrong", func(who citizen.Citizen, key, says string, item core.ItemCode) error {
		_, _, err := c.door.Appeal(r, who, channels.AppealBody{Key: key, Item: item, Says: says})
		return err
	})
}

// unsolvedPost keeps that somebody says that an item is not solved, and leads back to the case.
func (c *Channel) unsolvedPost(w http.ResponseWriter, r *http.Request) {
	c.sayOf(w, r, "unsolved", func(who citizen.Citizen, key, says string, item core.ItemCode) error {
		_, _, err := c.door.Unsolved(r, who, channels.UnsolvedBody{Key: key, Item: item, Says: says})
		return err
	})
}

// sayOf takes what is said of one item on the page of a case.
func (c *Channel) sayOf(w http.ResponseWriter, r *http.Request, what string, keep func(who citizen.Citizen, key, says string, item core.ItemCode) error) {
	who, err := c.visitor(w, r, false)
	if err == nil {
		err = keep(who, r.PostFormValue("key"), r.PostFormValue("says"), core.ItemCode(r.PostFormValue("item")))
	}
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	receipt, err := intake.ParseReceipt(r.PathValue("receipt"))
	if err != nil {
		c.sorry(w, r, err)
		return
	}
	http.Redirect(w, r, "/c/app/mine/"+string(receipt)+"?"+what+"=1", http.StatusSeeOther)
}
