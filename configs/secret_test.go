package configs_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.yaml.in/yaml/v3"

	"qunguan/configs"
)

func TestASecretIsNeverShown(t *testing.T) {
	s := configs.Secret("hidden")
	app := configs.App{Secret: s}
	var shown bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%5.2f", "%T", "%c"} {
		_, _ = fmt.Fprintf(&shown, verb+verb+verb, s, app, &app)
	}
	_, _ = fmt.Fprint(&shown, s, app, []configs.Secret{s}, map[configs.Secret]int{s: 1}, s.String(), s.GoString())

	asJSON, err := json.Marshal(map[string]any{"secret": s, "app": app})
	require.NoError(t, err)
	shown.Write(asJSON)
	asYAML, err := yaml.Marshal(app)
	require.NoError(t, err)
	shown.Write(asYAML)
	asXML, err := xml.Marshal(app)
	require.NoError(t, err)
	shown.Write(asXML)

	slog.New(slog.NewJSONHandler(&shown, nil)).Info("x", "secret", s, "app", app)
	slog.New(slog.NewTextHandler(&shown, nil)).Info("x", "secret", s, "app", app)
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&shown), zap.DebugLevel)
	zap.New(core).Info("x", zap.Any("secret", s), zap.Any("app", app), zap.Stringer("s", s), zap.Reflect("app", &app))

	assert.NotContains(t, shown.String(), "hidden")
	assert.NotContains(t, shown.String(), fmt.Sprintf("%x", "hidden"))
	assert.Contains(t, shown.String(), "…")
	assert.Equal(t, "hidden", s.Reveal())
	assert.Equal(t, "", configs.Secret("").String(), "whether it is set may be seen")
}
