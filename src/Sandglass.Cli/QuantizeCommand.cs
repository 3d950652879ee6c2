using System.CommandLine;
using System.Text.Json;
using Sandglass.Kernels;
using Sandglass.ModelFiles;

namespace Sandglass.Cli;

/// <summary><c>sandglass quantize IN OUT TYPE</c>: rewrites a model with its matrices in another type.</summary>
internal sealed class QuantizeCommand(Terminal terminal)
{
    private static readonly TensorType[] Types = [TensorType.Q8_0, TensorType.Q4_0, TensorType.Q4_1, TensorType.F16, TensorType.BF16, TensorType.F32];

    private readonly Argument<string> _input = new("IN") { Description = "A GGUF file; of a split one the first part." };
    private readonly Argument<string> _output = new("OUT") { Description = "The file to write; it is replaced once the new one is whole." };
    private readonly Argument<TensorType> _type = new("TYPE")
    {
        Description = $"{string.Join(", ", Types[..^1])} or {Types[^1]}.",
        CustomParser = result =>
        {
            string given = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
            foreach (TensorType type in Types)
                if (string.Equals(type.ToString(), given, StringComparison.OrdinalIgnoreCase)) return type;
            result.AddError($"TYPE: expected {string.Join(", ", Types[..^1])} or {Types[^1]}, found \"{given}\".");
            return default;
        },
    };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object when it is done." };

    public Command Create()
    {
        Command command = new("quantize", "Rewrite a model with its matrices in another type; byte for byte what llama-quantize --pure writes.");
        foreach (Argument argument in (Argument[])[_input, _output, _type]) command.Add(argument);
        command.Add(_json);
        command.SetAction(Quantize);
        return command;
    }

    private Task<int> Quantize(ParseResult parsed, CancellationToken cancellation)
    {
        MistypedOption.Refuse(parsed, parsed.GetValue(_input));
        MistypedOption.Refuse(parsed, parsed.GetValue(_output));
        using ModelFile input = ModelChoice.Open(_input.Name, parsed.GetValue(_input)!);
        if (parsed.GetValue(_output) is { Length: > 0 } output && Path.GetDirectoryName(output) is { Length: > 0 } folder && !Directory.Exists(folder))
            throw new WrongInputException($"OUT: there is no folder {folder}. Make it first, or give another place.");
        QuantizeReport report;
        using (ProgressLine<QuantizeProgress> progress = new(terminal, p => $"Writing tensor {p.Done} of {p.Tensors}: {p.Name}"))
            report = ModelQuantizer.Quantize(input, parsed.GetValue(_output)!, parsed.GetValue(_type), progress, cancellation);

        if (parsed.GetValue(_json)) WriteJson(report);
        else WriteText(report);
        return Task.FromResult(ExitCode.Done);
    }

    private void WriteText(QuantizeReport report)
    {
        double ratio = report.BytesBefore == 0 ? 1 : (double)report.BytesAfter / report.BytesBefore;
        terminal.Output.WriteLine($"{report.Path}: {report.Converted} tensors in {report.Type}, {report.Kept} as they were; weights {Amount.Bytes(report.BytesBefore)} -> {Amount.Bytes(report.BytesAfter)} ({Amount.Short(100 * ratio)} %)");
        if (report.InF16.Count == 0) return;
        terminal.Output.WriteLine($"{report.InF16.Count} of them stay F16, since no block of {TensorGeometry.BlockSize(report.Type)} divides their rows:");
        foreach (string name in report.InF16) terminal.Output.WriteLine($"  {Terminal.Harmless(name)}");
    }

    private void WriteJson(QuantizeReport report)
    {
        JsonLines lines = new(terminal.Bytes);
        Utf8JsonWriter json = lines.Begin();
        json.WriteString("path", report.Path);
        json.WriteString("type", report.Type.ToString());
        json.WriteNumber("bytesBefore", report.BytesBefore);
        json.WriteNumber("bytesAfter", report.BytesAfter);
        json.WriteNumber("converted", report.Converted);
        json.WriteNumber("kept", report.Kept);
        json.WriteStartArray("inF16");
        foreach (string name in report.InF16) json.WriteStringValue(name);
        json.WriteEndArray();
        lines.End();
    }
}
