package main

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"slices"
	"time"

	"lianou/cmd/internal/boot"
	"lianou/core"
)

// services looks at the settings of one program that start it and leave something
// out, or keep it from starting.
func services(cfg *boot.Config, program string) []finding {
	if program == forPlatform {
		return platformServices(cfg)
	}
	list := []finding{reach("LIANOU_PUBLIC_URL", cfg.PublicURL)}
	if cfg.SMS.SecretID == "" {
		list = append(list, remark("text messages", "LIANOU_SMS_SECRET_ID is not set: no texts, and the web pages stay closed, because people log in by a code"))
	} else if cfg.SMS.SecretKey == "" || cfg.SMS.AppID == "" || cfg.SMS.Sign == "" || cfg.SMS.Template == "" || cfg.SMS.CodeTmpl == "" {
		list = append(list, mend("text messages", "set all of LIANOU_SMS_SECRET_KEY, LIANOU_SMS_APP_ID, LIANOU_SMS_SIGN, LIANOU_SMS_TEMPLATE, LIANOU_SMS_CODE_TEMPLATE"))
	}
	list = append(list, exchanges(cfg.Hotline)...)
	list = append(list, telephone(cfg)...)
	list = append(list, captions(cfg)...)
	if cfg.WeChat.AppID != "" && cfg.WeChat.Secret == "" {
		list = append(list, mend("wechat", "LIANOU_WECHAT_SECRET is not set, and LIANOU_WECHAT_APP_ID is"))
	}
	return list
}

// exchanges looks at the dialects of call exchanges.
func exchanges(c boot.Hotline) (list []finding) {
	if c.Fetches() && len(c.RecordingSources) == 0 {
		list = append(list, mend("hotline", "LIANOU_RECORDING_SOURCES is empty: no recording would be fetched; name the exchange's host:port"))
	}
	for _, pair := range []struct {
		user, setting string
		password      boot.Secret
	}{
		{c.FreeSwitchUser, "LIANOU_FREESWITCH_PASSWORD", c.FreeSwitchPassword}, {c.JambonzUser, "LIANOU_JAMBONZ_PASSWORD", c.JambonzPassword},
		{c.CTIUser, "LIANOU_CTI_PASSWORD", c.CTIPassword},
	} {
		if pair.user != "" && len(pair.password) < 16 {
			list = append(list, mend("hotline", "%s is not set or shorter than 16 characters", pair.setting))
		}
	}
	if c.FreeSwitchUser != "" && (c.FreeSwitchFolder == "" || c.FreeSwitchFolderURL == "") {
		list = append(list, remark("hotline", "LIANOU_FREESWITCH_FOLDER and LIANOU_FREESWITCH_FOLDER_URL are not set: a recording is fetched only where the dialplan gives its whole address"))
	}
	if u, err := url.Parse(c.FreeSwitchFolderURL); c.FreeSwitchFolderURL != "" && (err != nil || !slices.Contains(c.RecordingSources, hostPort(u))) {
		list = append(list, mend("hotline", "LIANOU_FREESWITCH_FOLDER_URL leads to a host:port that is not in LIANOU_RECORDING_SOURCES: nothing would be fetched from it"))
	}
	if (c.JambonzSecrets != "") != (c.JambonzUser != "") {
		list = append(list, remark("hotline", "of jambonz only one of LIANOU_JAMBONZ_SECRET (call states) and LIANOU_JAMBONZ_USER (sound) is set"))
	}
	if c.CTIToken != "" || c.CTIUser != "" {
		list = append(list, remark("hotline", "CTI events name no recording: each answered call raises an alert until an agent says why it has none"))
	}
	return list
}

func hostPort(u *url.URL) string {
	if u.Port() != "" {
		return u.Host
	}
	return net.JoinHostPort(u.Hostname(), map[string]string{"http": "80", "https": "443"}[u.Scheme])
}

// telephone looks at notices told by telephone.
func telephone(cfg *boot.Config) []finding {
	v := cfg.Voice
	switch {
	case !v.On():
		return []finding{remark("notices by voice", "LIANOU_VOICE_TRUNK is not set: whom no message reaches is rung by a person")}
	case (v.User == "") != (v.Password == ""):
		return []finding{mend("notices by voice", "set both LIANOU_VOICE_USER and LIANOU_VOICE_PASSWORD, or neither")}
	}
	return []finding{well("notices by voice", fmt.Sprintf("rings through %s, %d at a time, 8:00 to 20:00", v.Trunk, v.MostCalls))}
}

func platformServices(cfg *boot.Config) []finding {
	list := []finding{reach("LIANOU_DESK_URL", cfg.DeskURL)}
	if _, err := core.ParseBankAccount(cfg.Bank.Account); err != nil {
		list = append(list, mend("bank", "LIANOU_BANK_ACCOUNT is no account; give the city's paying account"))
	}
	list = append(list, rail(cfg)...)
	if cfg.Identity.SecretID == "" {
		list = append(list, remark("identity", "LIANOU_IDENTITY_SECRET_ID is not set: only the city's own registry is asked"))
	} else if cfg.Identity.SecretKey == "" {
		list = append(list, mend("identity", "LIANOU_IDENTITY_SECRET_KEY is not set, and LIANOU_IDENTITY_SECRET_ID is"))
	}
	return append(list, speech(cfg)...)
}

// speech says who turns calls into text.
func speech(cfg *boot.Config) []finding {
	kind := boot.SpeechEngine(cfg)
	if kind == boot.Manual {
		return []finding{remark("speech", "no speech engine (LIANOU_ASR_URL): agents listen and type")}
	}
	if list := overheard("speech", "LIANOU_ASR_URL", cfg.Speech.URL); len(list) > 0 {
		return list
	}
	if err := listens(cfg.Speech.URL); err != nil {
		return []finding{mend("speech", "nothing answers at LIANOU_ASR_URL: recordings wait, up to a week; start the engine or mend the address")}
	}
	return []finding{well("speech", kind+" at "+cfg.Speech.URL)}
}

// captions says who writes down running calls.
func captions(cfg *boot.Config) []finding {
	const setting = "LIANOU_ASR_LIVE_URL"
	address := cfg.Speech.Live
	if address == "" {
		return []finding{remark("live captions", setting+" is not set: agents read a call when its recording was heard")}
	}
	if list := overheard("live captions", setting, address); len(list) > 0 {
		return list
	}
	if err := listens(address); err != nil {
		return []finding{mend("live captions", "nothing answers at "+setting+": calls go on without captions; start the engine or mend the address")}
	}
	return []finding{well("live captions", fmt.Sprintf("%d calls at a time, at %s", cfg.Speech.LiveCalls, address))}
}

// overheard warns when calls would go over a network in clear.
func overheard(what, setting, address string) []finding {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "https" || u.Scheme == "wss" || u.Hostname() == "localhost" {
		return nil
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && (ip.IsLoopback() || ip.IsPrivate()) {
		return nil
	}
	return []finding{mend(what, "%s is without TLS and not on this network: calls would pass in clear; use https or wss", setting)}
}

// listens reports whether anybody listens at an address.
func listens(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "ws": "80"}[u.Scheme]
	}
	c, err := net.DialTimeout("tcp", net.JoinHostPort(u.Hostname(), cmp.Or(port, "443")), 3*time.Second)
	if err != nil {
		return err
	}
	return c.Close()
}

// reach warns when people would come without TLS from elsewhere.
func reach(setting, address string) finding {
	u, err := url.Parse(address)
	if err != nil || boot.TLS(address) {
		return well("address", address)
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		return remark("address", "%s is loopback: nobody outside this machine arrives", setting)
	}
	return mend("address", "%s is not https: log-ins would pass in clear; put TLS before it and write https here", setting)
}
