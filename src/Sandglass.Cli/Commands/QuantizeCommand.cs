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
    private readonly Argument<string> _output = new("OUT") { Description = "The file to write. It appears when it is whole." };
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
    private readonly Option<bool> _force =
        new("--force") { Description = "Replace OUT where it exists; without it a person at a terminal is told so, and a script replaces it." };
    private readonly Option<bool> _json = new("--json") { Description = "One JSON object when it is done." };

    public Command Create()
    {
        Command command = new("quantize", "Rewrite a model with its matrices in another type; byte for byte what llama-quantize --pure writes.");
        foreach (Argument argument in (Argument[])[_input, _output, _type]) command.Add(argument);
        command.Add(_force);
        command.Add(_json);
        command.SetAction(Quantize);
        return command;
    }

    private Task<int> Quantize(ParseResult parsed, CancellationToken cancellation)
    {
        MistypedOption.Refuse(parsed, parsed.GetValue(_input));
        MistypedOption.Refuse(parsed, parsed.GetValue(_output));
        CommandLineWord.RefusePath(_output.Name, parsed.GetValue(_output)!);
        using ModelFile input = ModelChoice.Open(_input.Name, parsed.GetValue(_input)!);
        if (parsed.GetValue(_output) is { Length: > 0 } output && Path.GetDirectoryName(output) is { Length: > 0 } folder && !Directory.Exists(folder))
            throw new WrongInputException($"OUT: there is no folder {folder}. Make it first, or give another place.");
        if (!parsed.GetValue(_force) && terminal.ErrorIsTerminal) RefuseToReplace(parsed.GetValue(_output)!, _output.Name);
        NoteRequantising(input, parsed.GetValue(_type));
        QuantizeReport report;
        using (ProgressLine<QuantizeProgress> progress = new(terminal, p => $"Writing tensor {p.Done} of {p.Tensors}: {p.Name}"))
            report = ModelQuantizer.Quantize(input, parsed.GetValue(_output)!, parsed.GetValue(_type), progress, cancellation);

        if (parsed.GetValue(_json)) WriteJson(report);
        else WriteText(report, input);
        return Task.FromResult(ExitCode.Done);
    }

    /// <summary>A person may have mistyped a name. A script, which runs unattended, replaces what it made before.</summary>
    /// <param name="path">Where it is to be.</param>
    /// <param name="option">The option or argument that names it.</param>
    internal static void RefuseToReplace(string path, string option)
    {
        if (new FileInfo(path) is { Exists: true, Length: > 0 } file)
            throw new WrongInputException($"{option}: {path} exists already ({Amount.Bytes(file.Length)}). Give another name, or --force to replace it.");
    }

    private void NoteRequantising(ModelFile input, TensorType type)
    {
        if (!IsQuantised(type)) return;
        IEnumerable<TensorInfo> matrices = input.Tensors.Where(tensor => tensor.Shape.Count > 1);
        TensorType[] types = [.. matrices.Select(matrix => matrix.Type).Where(own => own != type && IsQuantised(own)).Distinct()];
        if (types.Length > 0)
            terminal.Note($"Weights of {input.Name} are quantised already ({string.Join(", ", types)}): "
                + "rounded a second time they lose more than from a model in F16, BF16 or F32.");
    }

    private static bool IsQuantised(TensorType type) => TensorGeometry.BlockSize(type) > 1;

    private void WriteText(QuantizeReport report, ModelFile input)
    {
        double ratio = report.BytesBefore == 0 ? 1 : (double)report.BytesAfter / report.BytesBefore;
        int turnedF16 = report.InF16.Count(name => input.Find(name)!.Type != TensorType.F16);
        string inF16 = report.InF16.Count == 0 ? "" : $", {report.InF16.Count} in F16";
        int copied = report.Kept - (report.InF16.Count - turnedF16);
        terminal.Output.WriteLine($"{report.Path}: {Amount.Of(report.Converted - turnedF16, "tensor")} in {report.Type}{inF16}, {copied} copied as they were; "
            + $"weights {Amount.Bytes(report.BytesBefore)} -> {Amount.Bytes(report.BytesAfter)} ({Amount.Short(100 * ratio)} %)");
        if (report.InF16.Count == 0) return;
        terminal.Output.WriteLine($"In F16, since no block of {TensorGeometry.BlockSize(report.Type)} divides the rows:");
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
