using System.Text.Encodings.Web;
using System.Text.Json;
using Sandglass.Chat;

namespace Sandglass.Cli;

/// <summary>A conversation in a file: <c>{"model":"…","messages":[{"role":"user","content":"…"},…]}</c>. The list alone is read too.</summary>
internal static class SavedChat
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };   // for people
    private const int MostBytes = 1 << 26, MostMessages = 100_000;

    /// <summary>Writes it beside the path and moves it there, so that a file is never half a conversation.</summary>
    /// <param name="path">Where.</param>
    /// <param name="talk">What.</param>
    /// <param name="mayReplace">Whether what is there may go.</param>
    /// <exception cref="WrongInputException">Nothing can be written there, or something is there that may not go.</exception>
    public static void Write(string path, Conversation talk, bool mayReplace)
    {
        string whole = Path.GetFullPath(path);
        if (Directory.Exists(whole)) throw new WrongInputException($"/save: expected the path of a file, found the directory {path}.");
        if (!Directory.Exists(Path.GetDirectoryName(whole))) throw new WrongInputException($"/save: there is no directory {Path.GetDirectoryName(whole)}.");
        if (!mayReplace && File.Exists(whole)) throw new WrongInputException(
            $"/save: there is a file at {path}, and this conversation is not from it. Give another name, or write over it with /save! {path}.");
        string beside = $"{whole}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (FileStream file = File.Create(beside))
            {
                using Utf8JsonWriter json = new(file, Readable);
                json.WriteStartObject();
                json.WriteString("model", talk.Model.Name);
                json.WriteStartArray("messages");
                foreach (ChatMessage message in talk.Messages)
                {
                    json.WriteStartObject();
                    json.WriteString("role", message.Role);
                    json.WriteString("content", message.Content);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                json.WriteEndObject();
                json.Flush();
                file.Write("\n"u8);
            }
            File.Move(beside, whole, overwrite: mayReplace);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    /// <summary>The messages of a file.</summary>
    /// <exception cref="WrongInputException">It cannot be read, or is no conversation.</exception>
    public static ChatMessage[] Read(string path)
    {
        if (!File.Exists(path)) throw new WrongInputException($"/load: no file at {path}.");
        try
        {
            using FileStream file = File.OpenRead(path);
            if (file.Length > MostBytes) throw Refused(path, $"at most {Amount.Whole(MostBytes)} bytes", $"{Amount.Whole(file.Length)}");
            using JsonDocument json = JsonDocument.Parse(file);
            JsonElement messages = json.RootElement.ValueKind == JsonValueKind.Object ? MessagesOf(path, json.RootElement) : json.RootElement;
            if (messages.ValueKind != JsonValueKind.Array) throw Refused(path, "an object with a list \"messages\", or that list", $"{messages.ValueKind}");
            if (messages.GetArrayLength() > MostMessages) throw Refused(path, $"at most {Amount.Whole(MostMessages)} messages", $"{messages.GetArrayLength()}");
            return [.. messages.EnumerateArray().Select((message, index) => MessageOf(path, message, index))];
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw Refused(path, "JSON", wrong.Message.TrimEnd('.'));
        }
    }

    private static JsonElement MessagesOf(string path, JsonElement root)
    {
        foreach (JsonProperty property in root.EnumerateObject())
            if (property.Name is not ("model" or "messages")) throw Refused(path, "\"model\" and \"messages\"", $"\"{property.Name}\"");
        return root.TryGetProperty("messages", out JsonElement messages) ? messages : throw Refused(path, "a list \"messages\"", "none");
    }

    private static ChatMessage MessageOf(string path, JsonElement message, int index)
    {
        string what = $"message {index + 1}: ";
        if (message.ValueKind != JsonValueKind.Object) throw Refused(path, $"{what}an object", $"{message.ValueKind}");
        foreach (JsonProperty property in message.EnumerateObject())
            if (property.Name is not ("role" or "content")) throw Refused(path, $"{what}\"role\" and \"content\"", $"\"{property.Name}\"");
        string Text(string name) => message.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Refused(path, $"{what}a text as \"{name}\"", message.TryGetProperty(name, out value) ? $"{value.ValueKind}" : "none");
        string role = Text("role");
        return role is "system" or "user" or "assistant" ? new ChatMessage(role, Text("content"))
            : throw Refused(path, $"{what}the role system, user or assistant", role);
    }

    private static WrongInputException Refused(string path, string expected, string found) =>
        new($"/load: {path} is no saved conversation: expected {expected}, found {Terminal.Harmless(found)}.");
}
