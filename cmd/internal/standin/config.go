package standin

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"
)

// Config says where the stand-ins listen and which secrets they share with the
// programs under test. The zero value is the demo on 127.0.0.1:8347.
type Config struct {
	// Addr is the listener. Only loopback addresses are accepted, because every
	// service here trusts its visitors. Defaults to 127.0.0.1:8347.
	Addr string
	// URL is the base under which others reach the listener; recordings are
	// named by it. Defaults to http:// and Addr.
	URL string
	// DataDir keeps the state (texts, credits, grants) over a restart, in one
	// JSON file. Defaults to none: memory only.
	DataDir string
	// Gateway is the public address of the product, which the phone page and
	// the call exchange talk to. Defaults to http://127.0.0.1:8345.
	Gateway string
	// Hang is how long a timed-out service holds the connection. Defaults to 60 s.
	Hang time.Duration

	WeChat   WeChatConfig
	Cloud    CloudConfig
	Bank     BankConfig
	Exchange ExchangeConfig

	// Persons are the synthetic people of the phone page. Defaults to DemoPersons.
	Persons []Person
	// People is the public-security population base: what it says about a name
	// and an identity number. Defaults to Persons, and a match for every valid
	// number that is not among them.
	People func(name, id string) Verdict
	// Now is the clock of the outside world. Defaults to time.Now.
	Now func() time.Time
	// Log receives one line per served fault. Defaults to slog.Default.
	Log *slog.Logger
}

// WeChatConfig is one registered mini-program.
type WeChatConfig struct {
	AppID, Secret string
	// PushToken and PushKey are the Token and EncodingAESKey of the message push. Default
	// to the demo's.
	PushToken, PushKey string
	// Templates are the subscribe-message templates, by template id. Defaults
	// to DemoTemplates.
	Templates map[string]Template
	// Pages lists app.json of the released version; a page outside it is 41030.
	// Empty accepts every page.
	Pages []string
}

// Template is a subscribe-message template of the WeChat console.
type Template struct {
	Title  string   `json:"title"`
	Fields []string `json:"fields"` // field keys such as "thing1", in the order shown
	Labels []string `json:"labels"` // what the phone shows before each field
}

// CloudConfig is one Tencent Cloud account with its text-message application.
type CloudConfig struct {
	// Keys maps each SecretId to its SecretKey. Defaults to the demo's pair.
	Keys     map[string]string
	SmsAppID string
	Sign     string
	// SmsTemplates maps a template id to its text with {1}, {2} ... Defaults to
	// DemoSmsTemplates.
	SmsTemplates map[string]string
	// Status is where delivery receipts are posted as JSON; "" posts none and
	// leaves them to PullSmsSendStatus.
	Status string
}

// BankConfig is the city's account at the paying bank.
type BankConfig struct {
	User, Password string
	// Delay is how long a return file waits. Defaults to none.
	Delay time.Duration
	// Inbox and Outbox are the folders of a customer who drops files: the bank fetches
	// from the one and puts into the other, by Sweep. Default to none.
	Inbox, Outbox string
}

// ExchangeConfig is the call exchange's side of the hotline.
type ExchangeConfig struct {
	// Webhook receives finished calls, signed by Secret ("whsec_" and base64).
	// Defaults to the gateway's /c/hotline/calls.
	Webhook, Secret string
	// Twilio receives the form callback, signed by TwilioToken. Defaults to the
	// gateway's /c/hotline/twilio.
	Twilio, TwilioToken string
	// FreeSwitch receives call records, with FreeSwitchUser and FreeSwitchPassword.
	// Defaults to the gateway's /c/hotline/freeswitch.
	FreeSwitch, FreeSwitchUser, FreeSwitchPassword string
	// Jambonz receives call states, signed by JambonzSecret, and Listen the sound, with
	// ListenUser and ListenPassword. Default to the gateway's /c/hotline/jambonz and
	// /c/hotline/jambonz/listen.
	Jambonz, JambonzSecret, Listen, ListenUser, ListenPassword string
	// CTI receives Zammad-CTI events; its last part is CTIToken. Defaults to the
	// gateway's /c/hotline/cti.
	CTI, CTIToken string
	// Called is the number people ring. Defaults to 12345.
	Called string
	// Retries are the waits between attempts at a webhook. Defaults to 1 s, 5 s,
	// 30 s, then 5 min until a day has passed.
	Retries []time.Duration
}

// The demo's shared secrets. They guard synthetic data on loopback and are no
// secrets; a deployment has its own.
const (
	DemoAppID       = "wx3714lianoudemo00"
	DemoAppSecret   = "3714demo0000000000000000standin0"
	DemoSecretID    = "AKIDdemo0000000000000000standin00000"
	DemoSecretKey   = "demo0000000000000000standin00000"
	DemoSmsAppID    = "1400003714"
	DemoSmsSign     = "德州救助"
	DemoSmsNotice   = "2371403" // text template of one free parameter
	DemoSmsCode     = "2371404" // text template of log-in codes: code, minutes
	DemoBankUser    = "dezhou"
	DemoBankPass    = "demo-bank-password"
	DemoTwilioToken = "demo0twilio0token000000000000000"

	DemoFreeSwitchUser     = "freeswitch"
	DemoFreeSwitchPassword = "demo-freeswitch-password"
	DemoFreeSwitchFolder   = "/var/lib/freeswitch/recordings"
	DemoJambonzSecret      = "demo-jambonz-signing-secret"
	DemoListenUser         = "jambonz"
	DemoListenPassword     = "demo-jambonz-listen-password"
	DemoCTIToken           = "demo0cti0token0000000000"
)

// DemoWebhookSecret is the call exchange's signing secret of the demo.
func DemoWebhookSecret() string {
	return "whsec_" + base64.StdEncoding.EncodeToString([]byte("lianou demo exchange secret 0001"))
}

// withDefaults fills what was left out and refuses what cannot work.
func (c Config) withDefaults() (Config, error) {
	c.Addr = or(c.Addr, "127.0.0.1:8347")
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return c, fmt.Errorf("stand-in address %q: %w", c.Addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return c, fmt.Errorf("stand-in address %q is not on loopback", c.Addr)
	}
	c.URL = strings.TrimRight(or(c.URL, "http://"+c.Addr), "/")
	c.Gateway = strings.TrimRight(or(c.Gateway, "http://127.0.0.1:8345"), "/")
	if c.Hang == 0 {
		c.Hang = time.Minute
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Persons == nil {
		c.Persons = DemoPersons()
	}
	c.WeChat = c.WeChat.withDefaults()
	c.Cloud = c.Cloud.withDefaults()
	c.Bank.User, c.Bank.Password = or(c.Bank.User, DemoBankUser), or(c.Bank.Password, DemoBankPass)
	c.Exchange, err = c.Exchange.withDefaults(c.Gateway)
	return c, err
}

func (c WeChatConfig) withDefaults() WeChatConfig {
	c.AppID, c.Secret = or(c.AppID, DemoAppID), or(c.Secret, DemoAppSecret)
	c.PushToken, c.PushKey = or(c.PushToken, DemoPushToken), or(c.PushKey, DemoPushKey)
	if c.Templates == nil {
		c.Templates = DemoTemplates()
	}
	return c
}

func (c CloudConfig) withDefaults() CloudConfig {
	if c.Keys == nil {
		c.Keys = map[string]string{DemoSecretID: DemoSecretKey}
	}
	c.SmsAppID, c.Sign = or(c.SmsAppID, DemoSmsAppID), or(c.Sign, DemoSmsSign)
	if c.SmsTemplates == nil {
		c.SmsTemplates = DemoSmsTemplates()
	}
	return c
}

func (c ExchangeConfig) withDefaults(gateway string) (ExchangeConfig, error) {
	c.Webhook = or(c.Webhook, gateway+"/c/hotline/calls")
	c.Twilio = or(c.Twilio, gateway+"/c/hotline/twilio")
	c.Secret, c.TwilioToken = or(c.Secret, DemoWebhookSecret()), or(c.TwilioToken, DemoTwilioToken)
	c.FreeSwitch = or(c.FreeSwitch, gateway+"/c/hotline/freeswitch")
	c.FreeSwitchUser, c.FreeSwitchPassword = or(c.FreeSwitchUser, DemoFreeSwitchUser), or(c.FreeSwitchPassword, DemoFreeSwitchPassword)
	c.Jambonz, c.JambonzSecret = or(c.Jambonz, gateway+"/c/hotline/jambonz"), or(c.JambonzSecret, DemoJambonzSecret)
	c.Listen = or(c.Listen, "ws"+strings.TrimPrefix(gateway, "http")+"/c/hotline/jambonz/listen")
	c.ListenUser, c.ListenPassword = or(c.ListenUser, DemoListenUser), or(c.ListenPassword, DemoListenPassword)
	c.CTI, c.CTIToken = or(c.CTI, gateway+"/c/hotline/cti"), or(c.CTIToken, DemoCTIToken)
	c.Called = or(c.Called, "12345")
	if c.Retries == nil {
		c.Retries = []time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 5 * time.Minute}
	}
	for _, u := range []string{c.Webhook, c.Twilio, c.FreeSwitch, c.Jambonz, c.Listen, c.CTI} {
		if p, err := url.Parse(u); err != nil || p.Host == "" {
			return c, fmt.Errorf("call exchange target %q is not an address", u)
		}
	}
	if _, err := whsecKey(c.Secret); err != nil {
		return c, err
	}
	return c, nil
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
