namespace Sandglass.ModelFiles;

/// <summary>Opens the later parts of a split model, and checks that they belong together.</summary>
internal static class SplitModel
{
    private const string NumberKey = "split.no";
    private const string CountKey = "split.count";
    private const string TensorsKey = "split.tensors.count";

    /// <summary>Adds the other parts and their tensors to those of the first; does nothing where the model is not split.</summary>
    public static void OpenRest(GgufHeader first, bool isFile, List<ByteSource> parts, List<TensorInfo> tensors)
    {
        string file = first.Metadata.File;
        long count = first.Metadata.Integer(CountKey) ?? 1;
        if (count is < 0 or > ushort.MaxValue) Fail.Throw("split-count", file, $"metadata {CountKey}", "1 to 65535", $"{count}");
        if (count <= 1) return;

        long number = first.Metadata.Integer(NumberKey) ?? 0;
        if (number < 0 || number >= count) Fail.Throw("split-number", file, $"metadata {NumberKey}", $"0 to {count - 1}", $"{number}");
        string? prefix = SplitName.Prefix(file, (int)number, (int)count);
        if (number != 0)
        {
            string firstName = Path.GetFileName(SplitName.Of(prefix ?? "…", 0, (int)count));
            Fail.Throw("split-later-part", file, $"metadata {NumberKey}", $"the first part, {firstName}", $"part {number + 1} of {count}");
        }
        if (!isFile || prefix is null)
            Fail.Throw("split-name", file, "file name", $"a name that ends with {SplitName.Of("", 0, (int)count)}, since the model is split",
                Path.GetFileName(file));

        for (int part = 1; part < count; part++)
        {
            string path = SplitName.Of(prefix, part, (int)count);
            if (!File.Exists(path)) Fail.Throw("split-part-missing", path, $"part {part + 1} of {count}", "a file beside the first part", "nothing there");
            ByteSource source = ByteSource.OfFile(path);
            parts.Add(source);
            GgufHeader header = GgufHeader.Read(source, part);
            Expect(header.Metadata, NumberKey, part);
            Expect(header.Metadata, CountKey, count);
            tensors.AddRange(header.Tensors);
        }
        if (first.Metadata.Integer(TensorsKey) is long expected && expected != tensors.Count)
            Fail.Throw("split-tensors", file, $"metadata {TensorsKey}", $"{expected} tensors in all parts", $"{tensors.Count}");
    }

    private static void Expect(Metadata metadata, string key, long expected)
    {
        long? found = metadata.Integer(key);
        if (found != expected) Fail.Throw("split-number", metadata.File, $"metadata {key}", $"{expected}", found is null ? "none" : $"{found}");
    }
}
