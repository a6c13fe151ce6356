//go:build linux && amd64 && cgo && msgaudit

package wecom

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"

	"github.com/silenceper/wechat/v2/work/config"
	"github.com/silenceper/wechat/v2/work/msgaudit"
)

// pullWithin is in seconds; the library cannot be interrupted.
const pullWithin = 10

// library is WeCom's C library, as the SDK calls it.
//
// The SDK has one private key and opens encrypt_random_key with it by itself; the archive has one for each version. So
// what our own keys have opened is handed over in an envelope of the same kind, sealed for a pair that is made when the
// program starts and is known to nobody else.
type library struct {
	client          *msgaudit.Client
	envelope        *rsa.PublicKey
	proxy, password string
}

func openVault(c ArchiveConfig) (vault, error) {
	pair, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("make key pair: %w", err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(pair)})
	client, err := msgaudit.NewClient(&config.Config{CorpID: c.CorpID, CorpSecret: c.Secret, RasPrivateKey: string(text)})
	if err != nil {
		return nil, archiveFault(err)
	}
	return &library{client: client, envelope: &pair.PublicKey, proxy: c.Proxy, password: c.ProxyPassword}, nil
}

func (l *library) pull(seq, limit uint64) ([]msgaudit.ChatData, error) {
	return l.client.GetChatData(seq, limit, l.proxy, l.password, pullWithin)
}

func (l *library) open(key []byte, sealed string) ([]byte, error) {
	again, err := rsa.EncryptPKCS1v15(rand.Reader, l.envelope, key) //nolint:staticcheck // the kind that the SDK opens
	if err != nil {
		return nil, fmt.Errorf("hand over key: %w", err)
	}
	m, err := l.client.DecryptData(base64.StdEncoding.EncodeToString(again), sealed)
	if err != nil {
		return nil, err
	}
	all, err := m.GetOriginMessage()
	if err != nil {
		return nil, fmt.Errorf("read message: %w", err)
	}
	return json.Marshal(all)
}

func (l *library) close() { l.client.Free() }
