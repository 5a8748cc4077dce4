package demo

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"lianou/core/registry/seed"
)

var receiptShown = regexp.MustCompile(`(\d{4}) (\d{4}) (\d{2})`)

// motherAndSon is story (a): at the window, in under a minute.
func (p *Player) motherAndSon(ctx context.Context) error {
	story, _ := seed.StoryOf("a")
	clerk, err := p.LogIn(ctx, "pingyuan.clerk")
	if err != nil {
		return err
	}
	page, err := clerk.Open(ctx, "/desk/counter")
	if err != nil {
		return err
	}
	form, err := page.Form("/c/counter/window")
	if err != nil {
		return err
	}
	who := story.Applicant()
	filled := StaffForm(story)
	filled.Set("consent.how", "signature")
	filled["consent"] = []string{"process", "means_check"}
	filled.Set("sign.applicant", Scrawl(0))
	done, err := clerk.Send(ctx, form, filled)
	if err != nil {
		return err
	}
	receipt, err := ReceiptOf(done.Text())
	if err != nil {
		return err
	}
	p.say("窗口登记,本人签字,回执 " + receipt)
	if err := p.Work(ctx, Township{"wangmiao", "pingyuan"}, receipt); err != nil {
		return err
	}
	if err := p.Pay(ctx); err != nil {
		return err
	}
	last4 := who.Account.Last4()
	return p.Told(ctx, "a", "尾号 "+last4, "手机收到短信:钱打到尾号 "+last4+" 的卡")
}

// ReceiptOf finds the number that a page reads out.
func ReceiptOf(text string) (string, error) {
	m := receiptShown.FindStringSubmatch(text)
	if m == nil {
		return "", fmt.Errorf("no receipt number on the page: %s", text)
	}
	return m[1] + m[2] + m[3], nil
}

// StaffForm fills the staff's request form with what a family tells.
func StaffForm(s seed.Story) url.Values {
	v := whoAndWhere(s)
	putFacts(v, s)
	return v
}

func whoAndWhere(s seed.Story) url.Values {
	who := s.Applicant()
	return url.Values{
		"applicant.name": {who.Name}, "applicant.id_number": {who.ID.Reveal()}, "contact.phone": {who.Phone.Reveal()}, "contact.capacity": {"self"},
		"live.county": {string(s.Region.County())}, "live.township": {string(s.Region.Township())}, "live.village": {string(s.Region)}, "live.detail": {s.Door},
		"account": {who.Account.Reveal()}, "story": {s.Title},
	}
}

// Told reads the person's phone until it shows what is wanted.
func (p *Player) Told(ctx context.Context, person, want, say string) error {
	phone := p.Phone(person)
	text, err := waitFor(ctx, "the message that the money came", func() (string, bool, error) {
		box, err := phone.Inbox(ctx)
		return box, strings.Contains(box, want), err
	})
	if err != nil {
		return fmt.Errorf("%w: the phone says: %s", err, text)
	}
	p.say(say)
	return nil
}
