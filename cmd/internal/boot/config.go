package boot

import (
	"log/slog"
	"strings"
	"time"
)

// Secret is a setting that is never printed.
type Secret string

// String masks: only whether something is set can be seen.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "******"
}

// LogValue masks the secret in logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText masks the secret in JSON, which a log of a whole struct is.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal gives the secret to what needs it.
func (s Secret) Reveal() string { return string(s) }

// Config is every setting of Lianou, read from the environment. `lianou config`
// prints it with the secrets masked; a variable that starts with LIANOU_ and is
// not here, or does not parse, stops the start and names itself.
//
// A nested struct is one capability; with its first setting absent it is not
// running. Secrets of `lianou up` are those of the stand-ins. A setting whose help
// begins with "reserved" is a promised name without code behind it; a test holds
// that every other one is read by a program.
type Config struct {
	DatabaseURL Secret `env:"LIANOU_DATABASE_URL" help:"PostgreSQL, with the role of this program; for up and migrate a superuser or lianou_owner. Empty: up makes a private cluster"`
	AuditURL    Secret `env:"LIANOU_AUDIT_DATABASE_URL" help:"PostgreSQL with the role lianou_audit: the platform's integrator of the audit log. Set by up"`
	RedisURL    Secret `env:"LIANOU_REDIS_URL" help:"Redis. Empty: up starts a private one"`
	BlobURL     string `env:"LIANOU_BLOB_URL" help:"store of recordings and documents: file:///path. Empty: <data dir>/blob"`
	DataDir     string `env:"LIANOU_DATA_DIR" envDefault:"./var" help:"folder of everything this machine keeps"`
	KeyFile     string `env:"LIANOU_KEY_FILE" help:"key file of this program. Empty: <data dir>/keys/gateway.keys or platform.keys"`
	PublicURL   string `env:"LIANOU_PUBLIC_URL" envDefault:"http://127.0.0.1:8345" help:"how citizens and providers reach the gateway; signatures of webhooks are computed over it, https makes its cookies TLS only"`
	DeskURL     string `env:"LIANOU_DESK_URL" envDefault:"http://127.0.0.1:8346" help:"how staff reach the platform; https makes its cookies TLS only"`

	Proxies Proxies `env:"LIANOU_TRUSTED_PROXIES" help:"addresses or networks of the proxies before both programs, whose X-Forwarded-For is believed. Empty: nobody's is"`

	GatewayAddr  string `env:"LIANOU_GATEWAY_ADDR" envDefault:"127.0.0.1:8345" help:"listener of the public edge"`
	PlatformAddr string `env:"LIANOU_PLATFORM_ADDR" envDefault:"127.0.0.1:8346" help:"listener of the staff desk"`
	StandinAddr  string `env:"LIANOU_STANDIN_ADDR" envDefault:"127.0.0.1:8347" help:"listener of the stand-ins for outside services; loopback only"`

	LogLevel     slog.Level    `env:"LIANOU_LOG_LEVEL" envDefault:"INFO" help:"DEBUG, INFO, WARN or ERROR"`
	LogFormat    string        `env:"LIANOU_LOG_FORMAT" envDefault:"json" help:"json or text"`
	StopTimeout  time.Duration `env:"LIANOU_STOP_TIMEOUT" envDefault:"20s" help:"how long a program may take to stop"`
	DatabasePool int32         `env:"LIANOU_DATABASE_POOL" envDefault:"16" help:"connections of one program"`
	PerDay       int           `env:"LIANOU_APPLICATIONS_PER_DAY" envDefault:"5" help:"applications one account, and one telephone, may send in a day by their own hand"`
	Quality      int           `env:"LIANOU_QUALITY_SHARE" envDefault:"3" help:"of a hundred finished calls with a recording, how many are drawn for a second agent to listen to, 0 to 100"`
	ScanHour     int           `env:"LIANOU_SCAN_HOUR" envDefault:"2" help:"hour of China's clock at which the platform looks at everybody in the register, 0 to 23; -1: it does not by itself"`
	NoNight      bool          `env:"LIANOU_TELL_AT_NIGHT" help:"send notices between 21:00 and 8:00 too, those that could wait; for a demonstration in the evening, never for a city"`
	SecondFactor string        `env:"LIANOU_SECOND_FACTOR" envDefault:"auto" help:"whether staff show a one-time code of their phone besides the password: on, off, or auto, which is on in a city and off in a database made for show; whoever has bound a phone always shows it"`
	Lifeline     bool          `env:"LIANOU_LIFELINE" help:"stop when standard input ends; set by up for its children"`

	Hotline  Hotline
	SIP      SIP
	Voice    Voice
	WeChat   WeChat
	OCR      OCR
	SMS      SMS
	Identity Identity
	Bank     Bank
	Speech   Speech
}

// Hotline is the 12345 channel: webhooks of call exchanges.
type Hotline struct {
	WebhookSecret    Secret   `env:"LIANOU_HOTLINE_WEBHOOK_SECRET" help:"Standard Webhooks secret (whsec_...) of the call exchange. Empty: no webhooks"`
	TwilioToken      Secret   `env:"LIANOU_HOTLINE_TWILIO_TOKEN" help:"auth token of a Twilio-style exchange. Empty: no form callbacks"`
	RecordingSources []string `env:"LIANOU_RECORDING_SOURCES" envSeparator:"," help:"exact host:port list recordings may be fetched from"`

	FreeSwitchUser      string `env:"LIANOU_FREESWITCH_USER" help:"name that FreeSWITCH's mod_json_cdr proves itself with (cred). Empty: no call records"`
	FreeSwitchPassword  Secret `env:"LIANOU_FREESWITCH_PASSWORD" help:"its password, 16 characters or more"`
	FreeSwitchFolder    string `env:"LIANOU_FREESWITCH_FOLDER" help:"folder FreeSWITCH records into, as it names it; a path outside is not followed"`
	FreeSwitchFolderURL string `env:"LIANOU_FREESWITCH_FOLDER_URL" help:"address the same folder is served from; its host:port must be in LIANOU_RECORDING_SOURCES"`
	JambonzSecrets      Secret `env:"LIANOU_JAMBONZ_SECRET" help:"secret that jambonz signs call states with; two, separated by a comma, while one is being changed. Empty: no call states"`
	JambonzUser         string `env:"LIANOU_JAMBONZ_USER" help:"name of the listen verb's wsAuth. Empty: no sound of jambonz"`
	JambonzPassword     Secret `env:"LIANOU_JAMBONZ_PASSWORD" help:"its password, 16 characters or more"`
	CTIToken            Secret `env:"LIANOU_CTI_TOKEN" help:"last part of the address that Zammad-CTI events are posted to, 16 characters or more. Empty: no such address"`
	CTIUser             string `env:"LIANOU_CTI_USER" help:"name for CTI events by a log-in instead of a token, which keeps it out of logs on the way. Empty: none"`
	CTIPassword         Secret `env:"LIANOU_CTI_PASSWORD" help:"its password, 16 characters or more"`
}

// Speaks reports whether exchanges may reach the hotline in any dialect.
func (h Hotline) Speaks() bool {
	return h.Fetches() || h.JambonzSecrets != "" || h.JambonzUser != "" || h.CTIToken != "" || h.CTIUser != ""
}

// Fetches reports whether a dialect in use names recordings for us to fetch.
func (h Hotline) Fetches() bool {
	return h.WebhookSecret != "" || h.TwilioToken != "" || h.FreeSwitchUser != ""
}

// SIP is the telephone line of our own.
type SIP struct {
	Addr      string   `env:"LIANOU_SIP_ADDR" envDefault:"127.0.0.1:5060" help:"listener for calls, SIP over UDP and TCP. off: no line of our own"`
	Host      string   `env:"LIANOU_SIP_HOST" help:"the IP address at which trunks reach us. Empty: that of the listener"`
	Trunks    []string `env:"LIANOU_SIP_TRUNKS" envSeparator:"," envDefault:"127.0.0.1" help:"addresses or networks calls are taken from; nobody else gets an answer"`
	User      string   `env:"LIANOU_SIP_USER" help:"name that a trunk proves itself with, beside its address. Empty: the address is enough"`
	Password  Secret   `env:"LIANOU_SIP_PASSWORD" help:"its password (digest)"`
	FirstPort uint16   `env:"LIANOU_RTP_FIRST_PORT" envDefault:"20000" help:"first UDP port of the calls' sound; a call takes two"`
	LastPort  uint16   `env:"LIANOU_RTP_LAST_PORT" envDefault:"23999" help:"last UDP port of the calls' sound"`
	Prompts   string   `env:"LIANOU_SIP_PROMPTS" help:"folder of WAV files (8 kHz, one channel) that replace what the voice says. Empty: those of the program"`
	MostCalls int      `env:"LIANOU_SIP_MOST_CALLS" envDefault:"600" help:"calls at one time; the next hears that it is to be tried again"`
}

// On reports whether there is a line of our own.
func (s SIP) On() bool { return s.Addr != "off" }

// Voice is notices told by telephone, through our own line.
type Voice struct {
	Trunk     string        `env:"LIANOU_VOICE_TRUNK" help:"IP address and port of the trunk that notices are told through by telephone, one of LIANOU_SIP_TRUNKS. Empty: nobody is rung"`
	TCP       bool          `env:"LIANOU_VOICE_TCP" help:"ring over TCP instead of UDP"`
	User      string        `env:"LIANOU_VOICE_USER" help:"name for the trunk's challenge. Empty: a challenge is a refusal"`
	Password  Secret        `env:"LIANOU_VOICE_PASSWORD" help:"its password (digest)"`
	Number    string        `env:"LIANOU_VOICE_NUMBER" envDefault:"12345" help:"the number that is shown to whom we ring"`
	MostCalls int           `env:"LIANOU_VOICE_MOST_CALLS" envDefault:"2" help:"calls of ours at one time, 1 to 6"`
	PerMinute int           `env:"LIANOU_VOICE_PER_MINUTE" envDefault:"10" help:"calls of ours begun in a minute, of all gateways together, 1 to 60"`
	Ring      time.Duration `env:"LIANOU_VOICE_RING" envDefault:"40s" help:"how long it may ring, 10s to 50s"`
}

// On reports whether anybody is rung.
func (v Voice) On() bool { return v.Trunk != "" }

// WeChat is the mini-program's server side.
type WeChat struct {
	AppID     string `env:"LIANOU_WECHAT_APP_ID" help:"mini-program. Empty: no WeChat"`
	Secret    Secret `env:"LIANOU_WECHAT_SECRET" help:"its secret"`
	APIBase   string `env:"LIANOU_WECHAT_API_BASE" envDefault:"https://api.weixin.qq.com" help:"WeChat's API"`
	Template  string `env:"LIANOU_WECHAT_TEMPLATE" help:"id of the subscribe-message template for money that came"`
	PushToken Secret `env:"LIANOU_WECHAT_PUSH_TOKEN" help:"Token of the message push. Empty: no chat"`
	PushKey   Secret `env:"LIANOU_WECHAT_PUSH_KEY" help:"its EncodingAESKey, 43 characters: the safe mode, and no other"`
	Step      string `env:"LIANOU_WECHAT_STEP_TEMPLATE" help:"id of the subscribe-message template for a decision. Empty: such notices go by text"`
}

// OCR is who reads photos of ID cards. What was read only fills fields.
type OCR struct {
	Readers []string `env:"LIANOU_OCR" envSeparator:"," envDefault:"wechat" help:"who reads photos of ID cards, in this order: wechat (WeChat's service, at its own door), tesseract (this machine, at every door); manual: nobody, people type"`
}

func (o OCR) check() []string {
	switch strings.Join(o.Readers, ",") {
	case "manual", "wechat", "tesseract", "wechat,tesseract":
		return nil
	}
	return []string{"LIANOU_OCR is wechat, tesseract, wechat,tesseract or manual"}
}

// SMS is Tencent Cloud's text messages.
type SMS struct {
	SecretID  string `env:"LIANOU_SMS_SECRET_ID" help:"Tencent Cloud. Empty: no text messages"`
	SecretKey Secret `env:"LIANOU_SMS_SECRET_KEY" help:"its key"`
	APIBase   string `env:"LIANOU_SMS_API_BASE" envDefault:"https://sms.tencentcloudapi.com" help:"SendSms"`
	AppID     string `env:"LIANOU_SMS_APP_ID" help:"SmsSdkAppId"`
	Sign      string `env:"LIANOU_SMS_SIGN" help:"the signature shown before each text"`
	Template  string `env:"LIANOU_SMS_TEMPLATE" help:"id of the template of notices"`
	CodeTmpl  string `env:"LIANOU_SMS_CODE_TEMPLATE" help:"id of the template of log-in codes"`
}

// Identity is the outside verifier of names and identity numbers.
type Identity struct {
	SecretID  string `env:"LIANOU_IDENTITY_SECRET_ID" help:"Tencent faceid. Empty: only the city's own registry is asked"`
	SecretKey Secret `env:"LIANOU_IDENTITY_SECRET_KEY" help:"its key"`
	APIBase   string `env:"LIANOU_IDENTITY_API_BASE" envDefault:"https://faceid.tencentcloudapi.com" help:"IdCardVerification"`
}

// Bank is the paying bank's file transfer.
type Bank struct {
	Rail     string `env:"LIANOU_BANK_RAIL" help:"http or folder. Empty: http where LIANOU_BANK_URL is set; without either, batches wait"`
	SendDir  string `env:"LIANOU_BANK_SEND_DIR" help:"folder rail: where the bank fetches our files"`
	TakeDir  string `env:"LIANOU_BANK_TAKE_DIR" help:"folder rail: where the bank puts its receipts, returns and statements"`
	BaseURL  string `env:"LIANOU_BANK_URL" help:"address of the bank, whose files lie under /bank/"`
	User     string `env:"LIANOU_BANK_USER" help:"basic authentication"`
	Password Secret `env:"LIANOU_BANK_PASSWORD" help:"its password"`
	Account  string `env:"LIANOU_BANK_ACCOUNT" help:"the city's paying account"`
}

// Speech is the engine that turns calls into text. Without one, agents type.
type Speech struct {
	Engine    string        `env:"LIANOU_ASR_ENGINE" help:"openai, funasr or manual. Empty: by the address, http(s) is openai, ws(s) is funasr; without one manual"`
	URL       string        `env:"LIANOU_ASR_URL" help:"speech engine that hears recordings: an OpenAI-compatible server (http://...) or a FunASR websocket (ws://...). Empty: agents type"`
	Path      string        `env:"LIANOU_ASR_PATH" envDefault:"/v1/audio/transcriptions" help:"path below an http address; whisper.cpp has /inference"`
	Model     string        `env:"LIANOU_ASR_MODEL" help:"model that an OpenAI-compatible server is asked for, such as sensevoice"`
	Key       Secret        `env:"LIANOU_ASR_KEY" help:"key of an OpenAI-compatible server"`
	KeyHeader string        `env:"LIANOU_ASR_KEY_HEADER" envDefault:"Authorization" help:"header that carries the key; Authorization carries it as Bearer"`
	Form      string        `env:"LIANOU_ASR_FORM" envDefault:"verbose_json" help:"verbose_json, or json for models that know no times"`
	Timeout   time.Duration `env:"LIANOU_ASR_TIMEOUT" envDefault:"4m" help:"how long the engine may take over one side of one call"`
	Parallel  int           `env:"LIANOU_ASR_PARALLEL" envDefault:"2" help:"recordings that are heard at one time"`
	Live      string        `env:"LIANOU_ASR_LIVE_URL" help:"FunASR websocket (ws://...) that the gateway sends running calls to, for captions while they last. Empty: none"`
	LiveCalls int           `env:"LIANOU_ASR_LIVE_CALLS" envDefault:"20" help:"calls with live captions at one time, 1 to 200; each is up to two streams"`
}
