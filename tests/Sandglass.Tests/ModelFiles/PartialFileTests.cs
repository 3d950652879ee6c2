using Sandglass.ModelFiles;

namespace Sandglass.Tests.ModelFiles;

/// <summary>Files that are written under another name first.</summary>
public sealed class PartialFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sandglass-").FullName;

    [Fact]
    public void A_complete_file_lets_go_of_its_other_name_which_the_next_one_takes()
    {
        PartialFile first = new(Path.Combine(_folder, "a"));
        first.Write(stream => stream.WriteByte(1));
        first.Complete();
        using PartialFile second = new(Path.Combine(_folder, "b"));
        first.Dispose();
        second.Write(stream => stream.WriteByte(2));
        second.Complete();

        Assert.Equal([1], File.ReadAllBytes(Path.Combine(_folder, "a")));
        Assert.Equal([2], File.ReadAllBytes(Path.Combine(_folder, "b")));
    }

    [Fact]
    public void One_that_is_not_completed_leaves_nothing_and_replaces_nothing()
    {
        string path = Path.Combine(_folder, "a");
        File.WriteAllText(path, "old");
        using (PartialFile file = new(path)) file.Write(stream => stream.WriteByte(1));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFileSystemEntries(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
