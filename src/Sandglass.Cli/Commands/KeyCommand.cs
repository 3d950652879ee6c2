using System.CommandLine;
using System.Text;
using System.Text.Json;
using Sandglass.Server;

namespace Sandglass.Cli;

/// <summary><c>sandglass key NAME</c>: an entry for the file of keys, of a key from a pipe or of a new one.</summary>
internal sealed class KeyCommand(Terminal terminal)
{
    private readonly Argument<string> _name = new("NAME") { Description = "Whose key it is: letters, digits, dots, dashes and underscores." };

    public Command Create()
    {
        Command command = new(
            "key",
            "Make an entry for serve's file of keys: standard output gets the entry, with a hash in place of the key. The key is read from a pipe; " +
                "without one a new key is made and shown once, on standard error.");
        command.Add(_name);
        command.SetAction(MakeAsync);
        return command;
    }

    private async Task<int> MakeAsync(ParseResult parsed, CancellationToken cancellation)
    {
        string name = parsed.GetValue(_name)!;
        MistypedOption.Refuse(parsed, name);
        if (!ApiKey.IsName(name) || name == KeyStore.FromEnvironment)
            throw new WrongInputException($"NAME: expected 1 to 64 letters, digits, dots, dashes and underscores, found {name}.");
        byte[] key = terminal.InputIsPiped && terminal.InputIsReadable ? Trimmed(await Terminal.ReadInputAsync(cancellation)) : [];
        string? fresh = key.Length == 0 ? ApiKey.Fresh() : null;
        if (fresh is not null) key = Encoding.ASCII.GetBytes(fresh);
        else if (key.Length is < ApiKey.FewestBytes or > ApiKey.MostBytes)
        {
            throw new WrongInputException(
                $"The key: expected {ApiKey.FewestBytes} to {ApiKey.MostBytes} bytes, found {key.Length}. A short one can be guessed.");
        }
        Write(name, key);

        // where its entry could not be written it would open nothing
        if (fresh is not null) terminal.Tell($"The key of {name}, shown this once: {fresh}");
        return ExitCode.Done;
    }

    /// <summary>Without the line break that echo adds.</summary>
    private static byte[] Trimmed(byte[] text) => text.AsSpan().Trim(" \r\n\t"u8).ToArray();

    private void Write(string name, byte[] key)
    {
        JsonLines lines = new(terminal.Bytes);
        Utf8JsonWriter json = lines.Begin();
        json.WriteString("name", name);
        json.WriteString("sha256", Convert.ToHexStringLower(ApiKey.HashOf(key)));
        lines.End();
    }
}
