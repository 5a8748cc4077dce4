package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"lianou/channels/app"
	"lianou/channels/hotline"
	"lianou/channels/hotline/journal"
	"lianou/channels/hotline/phone"
	"lianou/channels/wechat"
	"lianou/cmd/internal/boot"
	"lianou/core"
	"lianou/core/wording"
)

// sections turns the configuration into the section of each channel; a channel
// whose first setting is absent has none and is not running.
func (e *edge) sections() map[core.ChannelName]json.RawMessage {
	out := map[core.ChannelName]json.RawMessage{}
	put := func(name core.ChannelName, v any) {
		if b, err := json.Marshal(v); err == nil { // structs of plain fields always encode
			out[name] = b
		}
	}
	if e.text != nil { // citizens log in by a code
		put("app", app.Config{Secure: boot.TLS(e.cfg.PublicURL), PublicURL: e.cfg.PublicURL})
		put("sms", struct{}{})
	}
	if e.cfg.Hotline.Speaks() || e.cfg.SIP.On() {
		put("hotline", e.hotline())
	}
	if c := e.cfg.WeChat; c.AppID != "" {
		put("wechat", wechat.Config{AppID: c.AppID, AppSecret: c.Secret.Reveal(), APIBase: c.APIBase, Templates: subscribed(c),
			PushToken: c.PushToken.Reveal(), PushKey: c.PushKey.Reveal(), Spool: filepath.Join(e.cfg.DataDir, "gateway-push"),
			NoOCR: !slices.Contains(e.cfg.OCR.Readers, "wechat")})
	}
	return out
}

// hotline is every dialect that exchanges may speak, and the line of our own.
func (e *edge) hotline() hotline.Config {
	c := e.cfg.Hotline
	section := hotline.Config{TwilioToken: c.TwilioToken.Reveal(), PublicURL: e.cfg.PublicURL, RecordingSources: c.RecordingSources, Line: e.telephone(),
		FreeSwitch: hotline.FreeSwitch{Login: hotline.Login{User: c.FreeSwitchUser, Password: c.FreeSwitchPassword.Reveal()}, Folder: c.FreeSwitchFolder, FolderURL: c.FreeSwitchFolderURL},
		Jambonz: hotline.Jambonz{Login: hotline.Login{User: c.JambonzUser, Password: c.JambonzPassword.Reveal()}, Dir: filepath.Join(e.cfg.DataDir, "gateway-listen"),
			DrainSeconds: e.drain()},
		CTI: hotline.CTI{Token: c.CTIToken.Reveal(), Login: hotline.Login{User: c.CTIUser, Password: c.CTIPassword.Reveal()}}}
	if c.WebhookSecret != "" {
		section.Secrets = []string{c.WebhookSecret.Reveal()}
	}
	if e.hears != nil {
		section.Captions = e.cfg.Speech.LiveCalls
	}
	if c.JambonzSecrets != "" {
		section.Jambonz.Secrets = strings.Split(c.JambonzSecrets.Reveal(), ",")
	}
	return section
}

// drain is how many seconds running calls may go on after a stop.
func (e *edge) drain() int {
	const margin = phone.LastWords + journal.Farewell // to end what still runs, and to deliver it
	return int(max(e.cfg.StopTimeout-margin, time.Second).Seconds())
}

// telephone is the line of our own, if there is one.
func (e *edge) telephone() hotline.Line {
	c := e.cfg.SIP
	if !c.On() {
		return hotline.Line{}
	}
	return hotline.Line{Addr: c.Addr, Host: c.Host, Trunks: c.Trunks, User: c.User, Password: c.Password.Reveal(), FirstPort: c.FirstPort, LastPort: c.LastPort,
		Prompts: c.Prompts, Dir: filepath.Join(e.cfg.DataDir, "gateway-calls"), MostCalls: c.MostCalls,
		DrainSeconds: e.drain(), Voice: e.voice()}
}

// voice is how notices are told by telephone, if they are.
func (e *edge) voice() hotline.Voice {
	v := e.cfg.Voice
	if !v.On() {
		return hotline.Voice{}
	}
	return hotline.Voice{Trunk: v.Trunk, TCP: v.TCP, User: v.User, Password: v.Password.Reveal(), Number: v.Number, MostCalls: v.MostCalls, PerMinute: v.PerMinute, RingSeconds: int(v.Ring.Seconds())}
}

// subscribed maps notices to the subscribe-message templates that are set; every
// other notice goes by text.
func subscribed(c boot.WeChat) map[wording.Kind]wechat.Template {
	out := map[wording.Kind]wechat.Template{}
	if c.Template != "" {
		out[wording.KindPaid] = wechat.Template{ID: c.Template, Page: "pages/case/index", Fields: map[string]string{
			"thing1": "item", "amount2": "amount", "time3": "@day", "character_string4": "last4", "thing5": "=有问题打 12345"}}
	}
	if c.Step != "" {
		out[wording.KindApproved] = wechat.Template{ID: c.Step, Page: "pages/case/index", Fields: map[string]string{
			"thing1": "item", "phrase2": "=已批准", "time3": "@day", "thing4": "=钱直接打到卡上"}}
		out[wording.KindUnfiled] = wechat.Template{ID: c.Step, Page: "pages/ask/index", Fields: map[string]string{
			"thing1": "item", "phrase2": "=没报上去", "time3": "@day", "thing4": "=有一样要改,打开接着填"}}
	}
	return out
}
