// Megabytes a second of encoding, one thread, the best of five.   dotnet run -c Release bench/encode.cs MODEL.gguf TEXT-FILE
#:project ../src/Sandglass/Sandglass.csproj
using System.Diagnostics;
using Sandglass.ModelFiles;
using Sandglass.Tokenization;

if (args.Length != 2)
{
    Console.Error.WriteLine("usage: dotnet run -c Release bench/encode.cs MODEL.gguf TEXT-FILE");
    return 2;
}

using ModelFile file = ModelFile.Open(args[0]);
Tokenizer tokenizer = Tokenizer.From(file.Metadata);
byte[] text = File.ReadAllBytes(args[1]);

double best = 0;
int tokens = 0;
for (int round = 0; round < 5; round++)
{
    long started = Stopwatch.GetTimestamp();
    tokens = tokenizer.Encode(text).Ids.Length;
    best = Math.Max(best, text.Length / 1e6 / Stopwatch.GetElapsedTime(started).TotalSeconds);
}
Console.WriteLine($"{best:F1} MB/s, {text.Length / 1e6:F1} MB in {tokens} tokens");
return 0;
