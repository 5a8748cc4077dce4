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
func (p *player) motherAndSon(ctx context.Context) error {
	story, _ := seed.StoryOf("a")
	clerk, err := p.logIn(ctx, "pingyuan.clerk")
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
	filled := staffForm(story)
	filled.Set("consent.how", "signature")
	filled["consent"] = []string{"process", "means_check"}
	filled.Set("sign.applicant", scrawl(0))
	done, err := clerk.Send(ctx, form, filled)
	if err != nil {
		return err
	}
	receipt, err := receiptOf(done.Text())
	if err != nil {
		return err
	}
	p.say("窗口登记,本人签字,回执 " + receipt)
	if err := p.work(ctx, township{"wangmiao", "pingyuan"}, receipt); err != nil {
		return err
	}
	if err := p.pay(ctx); err != nil {
		return err
	}
	last4 := who.Account.Last4()
	return p.told(ctx, "a", "尾号 "+last4, "手机收到短信:钱打到尾号 "+last4+" 的卡")
}

func receiptOf(text string) (string, error) {
	m := receiptShown.FindStringSubmatch(text)
	if m == nil {
		return "", fmt.Errorf("no receipt number on the page: %s", text)
	}
	return m[1] + m[2] + m[3], nil
}

// staffForm fills the staff's request form with what a family tells.
func staffForm(s seed.Story) url.Values {
	who := s.Applicant()
	v := url.Values{
		"applicant.name": {who.Name}, "applicant.id_number": {who.ID.Reveal()}, "contact.phone": {who.Phone.Reveal()}, "contact.capacity": {"self"},
		"live.county": {string(s.Region.County())}, "live.township": {string(s.Region.Township())}, "live.village": {string(s.Region)}, "live.detail": {s.Door},
		"account": {who.Account.Reveal()}, "story": {s.Title},
	}
	putFacts(v, s)
	return v
}

// told reads the person's phone until it shows what is wanted.
func (p *player) told(ctx context.Context, person, want, say string) error {
	phone, err := newPhone(p.city.Standin)
	if err != nil {
		return err
	}
	text, err := waitFor(ctx, "the message that the money came", func() (string, bool, error) {
		box, err := phone.inbox(ctx, person)
		return box, strings.Contains(box, want), err
	})
	if err != nil {
		return fmt.Errorf("%w: the phone says: %s", err, text)
	}
	p.say(say)
	return nil
}
